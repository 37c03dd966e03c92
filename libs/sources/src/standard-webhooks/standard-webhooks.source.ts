import type { IncomingRequest, ParsedBody, SignatureVerdict, SourceKind } from '#app/application';
import { z } from 'zod';
import { GENUINE, hmacSha256, isSameSignature, notGenuine, sha256Hex } from '../signature.js';
import { readWireEvent } from '../wire-body.js';

const SECRET_PREFIX = 'whsec_';
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;
const TOLERANCE_MS = 5 * 60_000;
/** A sender rotating its keys signs with two or three; a longer list is an attempt to make us compute. */
const MAX_SIGNATURES = 16;
const SECONDS = /^\d{1,12}$/;

/** The bytes of a secret; undefined when it isn't in the form that the specification gives. */
function keyOf(secret: string): Buffer | undefined {
  const text = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret;
  const key = Buffer.from(text, 'base64');
  const isCanonical = key.toString('base64').replaceAll('=', '') === text.replaceAll('=', '');
  return isCanonical && key.length >= MIN_KEY_BYTES && key.length <= MAX_KEY_BYTES ? key : undefined;
}

function verify(request: IncomingRequest, secrets: readonly string[], nowMs: number): SignatureVerdict {
  const id = request.headers['webhook-id'] ?? '';
  const timestamp = request.headers['webhook-timestamp'] ?? '';
  if (id === '' || !isSigned(request, `${id}.${timestamp}.`, secrets))
    return notGenuine('webhook-signature does not match');
  const isTimely = SECONDS.test(timestamp) && Math.abs(nowMs - Number(timestamp) * 1_000) <= TOLERANCE_MS;
  return isTimely ? GENUINE : notGenuine('webhook-timestamp is more than five minutes away');
}

/** Any secret may have made any of the signatures; signatures of other versions are for other receivers. */
function isSigned({ headers, rawBody }: IncomingRequest, prefix: string, secrets: readonly string[]): boolean {
  const signatures = (headers['webhook-signature'] ?? '').split(' ').slice(0, MAX_SIGNATURES);
  let isGenuine = false;
  for (const secret of secrets) {
    const key = keyOf(secret);
    const expected = hmacSha256(key ?? '', prefix, rawBody);
    for (const signature of signatures) {
      const isSame = signature.startsWith('v1,') && isSameSignature(expected, signature.slice(3));
      // a secret that is none must open nothing, though it costs the same
      if (isSame && key) isGenuine = true;
    }
  }
  return isGenuine;
}

/** Our own events, signed as https://www.standardwebhooks.com says. */
export const standardWebhooksSource: SourceKind = {
  code: 'standard-webhooks',
  title: 'Standard Webhooks',
  settings: z.strictObject({}),
  keptHeaders: ['webhook-id'],
  contentTypes: ['application/json'],

  refuseSecret(secret) {
    return secret.startsWith(SECRET_PREFIX) && keyOf(secret)
      ? undefined
      : 'Give a secret of the form whsec_ and the base64 of 24 to 64 random bytes.';
  },

  verify,

  dedupeKey({ headers, rawBody }) {
    const id = headers['webhook-id'] ?? '';
    return id === '' || id.length > 200 ? sha256Hex(id === '' ? rawBody : Buffer.from(id)) : id;
  },

  parse({ headers, body }): ParsedBody {
    return readWireEvent(body, headers['webhook-id'] ?? 'unknown');
  },
};
