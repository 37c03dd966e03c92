import { callbackify } from 'node:util';
import { PermanentError } from '#app/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type BodyFormat, MEDIA_TYPES, type RouteClass, routeClassOf, STREAMED_TYPES } from './route-class.js';
import { StreamedBody } from './streamed-body.js';
import { decodeUtf8, parseStrictJson } from './strict-json.js';

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i;
const FORM_FIELDS_MAX = 100;

/** Replaces Fastify's parsers by ours: which format a media type has depends on the route. */
export function useBodyParsers(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser([...MEDIA_TYPES], { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    const format = formatOf(request);
    if (format === 'raw') done(null, bytes);
    else parseLater(format, bytes, request, done);
  });
  instance.addContentTypeParser([...STREAMED_TYPES], (request, payload, done) => {
    if (formatOf(request) === 'stream' && isUtf8(request)) done(null, new StreamedBody(payload));
    else done(notAccepted());
  });
}

function formatOf(request: FastifyRequest): BodyFormat | undefined {
  const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return classOf(request).formats.get(mediaType);
}

const parseLater = callbackify(parse);

function isUtf8(request: FastifyRequest): boolean {
  const charset = CHARSET.exec(request.headers['content-type'] ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
  return charset === 'utf-8' || charset === 'utf8';
}

/** A request without a route is judged by its address. */
function classOf(request: FastifyRequest): RouteClass {
  return request.routeOptions.config.routeClass ?? routeClassOf(request.url);
}

async function parse(format: BodyFormat | undefined, bytes: Buffer, request: FastifyRequest): Promise<unknown> {
  const contentType = request.headers['content-type'] ?? '';
  if (format === undefined || !isUtf8(request)) throw notAccepted();
  // action calls often name a type and send nothing
  if (bytes.length === 0) return undefined;
  switch (format) {
    case 'json':
      return parseStrictJson(bytes, { maxNodes: classOf(request).maxNodes });
    case 'form':
      return formOf(new URLSearchParams(decodeUtf8(bytes)));
    case 'multipart':
      return formOf(await readMultipart(bytes, contentType));
    default:
      return decodeUtf8(bytes);
  }
}

async function readMultipart(bytes: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    throw new PermanentError('malformed', 'The form cannot be read. Send it as multipart/form-data with a boundary.', {
      cause,
    });
  }
}

/** Texts by field name; a field that is there several times is a list. Files are left out. */
function formOf(fields: Iterable<[string, unknown]>): Record<string, string | string[]> {
  const form = new Map<string, string | string[]>();
  let count = 0;
  for (const [name, value] of fields) {
    count += 1;
    if (count > FORM_FIELDS_MAX)
      throw new PermanentError('validation', `The form has more than ${FORM_FIELDS_MAX} fields. Send fewer.`);
    if (typeof value !== 'string') continue;
    if (name.includes('\0') || value.includes('\0'))
      throw new PermanentError('malformed', 'A field holds a NUL. Remove it.');
    const known = form.get(name);
    form.set(name, known === undefined ? value : [known, value].flat());
  }
  return Object.fromEntries(form);
}

function notAccepted(): PermanentError {
  return new PermanentError(
    'unsupported_media_type',
    'This address does not take that Content-Type or charset. See /docs for the types it takes; UTF-8 only.',
  );
}
