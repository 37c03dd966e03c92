import { createHash, createHmac } from 'node:crypto';
import type { IncomingRequest, SignatureVerdict } from '#app/application';
import { GENUINE, isSameSignature, notGenuine } from '../signature.js';

const HEADER = 'x-twilio-signature';
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/**
 * HMAC-SHA1 over the public address and, of a form, the sorted names with their values; of anything else over the address alone, which
 * then holds the hash of the body. https://www.twilio.com/docs/usage/security
 */
export function verifyTwilio(
  request: IncomingRequest,
  secrets: readonly string[],
  publicUrl: string,
): SignatureVerdict {
  const signature = request.headers[HEADER];
  if (signature === undefined) return notGenuine('no X-Twilio-Signature header');
  const signed = signedTexts(`${publicUrl}${request.path ?? ''}`, request.rawBody);
  let isGenuine = false;
  for (const secret of secrets.filter((each) => each !== ''))
    for (const text of signed) {
      const expected = createHmac('sha1', secret).update(text, 'utf8').digest();
      isGenuine = isSameSignature(expected, signature) || isGenuine;
    }
  return isGenuine ? GENUINE : notGenuine('X-Twilio-Signature does not match: check PUBLIC_URL and the auth token');
}

export function isSigned({ headers }: IncomingRequest): boolean {
  return headers[HEADER] !== undefined;
}

/** Some of Twilio's services sign the address with its port, others without it. */
function signedTexts(address: string, body: Buffer): string[] {
  const bodyHash = /[?&]bodySHA256=([0-9a-f]{64})(?:&|$)/i.exec(address)?.[1];
  if (bodyHash !== undefined)
    return createHash('sha256').update(body).digest('hex') === bodyHash.toLowerCase() ? spellings(address) : [];
  const fields = fieldsOf(body);
  return spellings(address).map((spelling) => spelling + fields);
}

function fieldsOf(body: Buffer): string {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of new URLSearchParams(body.toString('utf8')))
    values.set(name, (values.get(name) ?? new Set()).add(value));
  return [...values.keys()]
    .toSorted(byCodeUnits)
    .map((name) =>
      [...(values.get(name) ?? [])]
        .toSorted(byCodeUnits)
        .map((value) => name + value)
        .join(''),
    )
    .join('');
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function spellings(address: string): string[] {
  const parts = /^(https?:)\/\/([^/?#]+)(.*)$/s.exec(address);
  const port = DEFAULT_PORTS[parts?.[1] ?? ''];
  if (!parts || port === undefined) return [address];
  const [, scheme, host = '', rest] = parts;
  const bare = host.replace(/:\d+$/, '');
  const hosts = /:\d+$/.test(host) ? [host, bare] : [host, `${host}:${port}`];
  return hosts.map((each) => `${scheme}//${each}${rest}`);
}
