import { isUtf8 } from 'node:buffer';
import { PermanentError } from '#app/domain';
import { isReadableJson } from './readable-json.js';
import { type IncomingRequest, QUERY, type SourceKind } from './source-kind.js';

const FORM = 'application/x-www-form-urlencoded';
const BODY_TYPES = /^application\/(?:[a-z0-9.+-]*\+)?json$|^application\/x-www-form-urlencoded$/;

/** What no kind of sender posts. @throws PermanentError `unsupported_media_type` */
export function refuseMediaType({ headers, contentType }: IncomingRequest): void {
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new PermanentError(
      'unsupported_media_type',
      'Compressed bodies are not read. Send the body without Content-Encoding.',
    );
  }
  if (!BODY_TYPES.test(contentType)) throw unsupported(['application/json']);
  const charset = /charset="?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') {
    throw new PermanentError('unsupported_media_type', 'Bodies are read as UTF-8 only. Send charset=utf-8 or none.');
  }
}

/** A body that a kind will be able to read later. @throws PermanentError `unsupported_media_type`, `malformed` */
export function refuseUnreadable(kind: SourceKind, { contentType, rawBody }: IncomingRequest): void {
  if (!kind.contentTypes.includes(contentType)) throw unsupported(kind.contentTypes);
  if (contentType === FORM ? isUtf8(rawBody) : isReadableJson(rawBody)) return;
  throw new PermanentError(
    'malformed',
    contentType === FORM
      ? 'The form is not UTF-8. Send the body exactly as it was signed.'
      : 'The body is not JSON in UTF-8 nested at most 64 deep. Send the body exactly as it was signed.',
  );
}

/** The headers that parsing needs, and the query where the kind asks for it. */
export function keptHeaders(kind: SourceKind, { headers, path }: IncomingRequest): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of kind.keptHeaders) {
    const value = name === QUERY ? queryOf(path) : headers[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

export function notGenuine(): PermanentError {
  return new PermanentError(
    'signature.invalid',
    'The signature does not match. Check the address and the secret of this source.',
  );
}

function queryOf(path: string | undefined): string | undefined {
  const at = path?.indexOf('?') ?? -1;
  return at < 0 ? undefined : path?.slice(at + 1);
}

function unsupported(types: readonly string[]): PermanentError {
  return new PermanentError(
    'unsupported_media_type',
    `This endpoint takes ${types.join(' or ')}. Set Content-Type accordingly.`,
  );
}
