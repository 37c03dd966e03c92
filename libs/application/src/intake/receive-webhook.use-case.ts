import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { RateLimits } from '../ports/rate-limits.port.js';
import { AcceptEvents } from './accept-event.use-case.js';
import type { StoredBody } from './inbox.port.js';
import { isReadableJson } from './readable-json.js';
import { SourceDirectory } from './source-directory.port.js';
import { type IncomingRequest, type SourceKind, SourceKinds } from './source-kind.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** A secret of nobody, so that a request to no source costs what one to a source costs. */
const DECOY = ['whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'];
const BODY_TYPES = /^application\/(?:[a-z0-9.+-]*\+)?json$|^application\/x-www-form-urlencoded$/;
const MAX_KEY_LENGTH = 255;

/** `ping`: a set-up call, nothing was stored. `source` is what a log line may name. */
export type WebhookReceipt =
  | { readonly outcome: 'ping' }
  | (StoredBody & { readonly source: { readonly shopId: string; readonly id: string; readonly kind: string } });

/**
 * Takes a webhook: size and type, the source, its signature over the raw bytes, then the form of the body, then one commit.
 * A request to an unknown source and one with a wrong signature get the same answer.
 */
@Injectable()
export class ReceiveWebhook {
  constructor(
    private readonly directory: SourceDirectory,
    private readonly kinds: SourceKinds,
    private readonly events: AcceptEvents,
    private readonly rates: RateLimits,
  ) {}

  /**
   * @throws PermanentError `unsupported_media_type`, `signature.invalid`, `malformed`
   * @throws TransientError `rate_limited`, and `unavailable` when it can't be stored; then the sender is to try again
   */
  async receive(sourceId: string, request: IncomingRequest): Promise<WebhookReceipt> {
    refuseMediaType(request);
    const source = UUID.test(sourceId) ? await this.directory.find(sourceId) : null;
    const kind = source ? this.kinds.find(source.kind) : undefined;
    if (!source || !kind) {
      this.kinds.list()[0]?.verify(request, DECOY, 0);
      throw notGenuine();
    }
    if (kind.isPing?.(request)) return { outcome: 'ping' };
    if (!kind.verify(request, source.secrets, this.directory.wallMs()).genuine) throw notGenuine();
    // after the signature: who doesn't hold the secret can't use up what the source may send
    this.rates.take('source', source.id);
    if (!kind.contentTypes.includes(request.contentType)) throw unsupported(kind.contentTypes);
    if (!isReadableJson(request.rawBody)) {
      throw new PermanentError(
        'malformed',
        'The body is not JSON in UTF-8 nested at most 64 deep. Send the body exactly as it was signed.',
      );
    }
    const { shopId, id } = source;
    const stored = await this.events.accept({
      shopId,
      sourceId: id,
      kind: kind.code,
      dedupeKey: kind.dedupeKey(request).slice(0, MAX_KEY_LENGTH),
      headers: keptHeaders(kind, request.headers),
      body: request.rawBody.toString('utf8'),
    });
    return { ...stored, source };
  }
}

function keptHeaders(kind: SourceKind, headers: IncomingRequest['headers']): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of kind.keptHeaders) {
    const value = headers[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

function refuseMediaType({ headers, contentType }: IncomingRequest): void {
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

function unsupported(types: readonly string[]): PermanentError {
  return new PermanentError(
    'unsupported_media_type',
    `This endpoint takes ${types.join(' or ')}. Set Content-Type accordingly.`,
  );
}

function notGenuine(): PermanentError {
  return new PermanentError(
    'signature.invalid',
    'The signature does not match. Check the address and the secret of this source.',
  );
}
