import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { DkimKey } from '#app/application';

/** What a signature covers where it is there: all that RFC 8058 and mailbox providers ask for. */
const COVERED = [
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'reply-to',
  'mime-version',
  'content-type',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'feedback-id',
  'auto-submitted',
];
/** Named once more than they are there, so that a second one put in on the way breaks the signature (RFC 6376, 8.15). */
const SEALED = ['from', 'to', 'subject', 'date', 'reply-to'];

/** Reading a key takes longer than using it. */
const MAX_KEPT_KEYS = 200;
const keptKeys = new Map<string, KeyObject>();

/**
 * Signs a built message (RFC 6376, rsa-sha256, relaxed/relaxed). Our own because the library's signer can't name a header more often
 * than it occurs and computes on the event loop; this one signs in a thread of the pool.
 */
export async function signedMail(mime: Buffer, { domain, selector, privateKey }: DkimKey): Promise<Buffer> {
  const text = mime.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const fields = fieldsOf(text.slice(0, end));
  const bodyHash = createHash('sha256')
    .update(relaxedBody(text.slice(end + 4)), 'latin1')
    .digest('base64');
  const { names, lines } = covered(fields);
  const start = `v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain}; s=${selector};\r\n h=${folded(names.join(':'))};\r\n bh=${bodyHash};\r\n b=`;
  const data = [...lines, `dkim-signature:${relaxedValue(start)}`].join('\r\n');
  const signature = await signatureOf(Buffer.from(data, 'latin1'), keyOf(privateKey));
  return Buffer.concat([Buffer.from(`DKIM-Signature: ${start}${folded(signature)}\r\n`, 'latin1'), mime]);
}

interface Field {
  readonly name: string;
  readonly value: string;
}

function fieldsOf(header: string): Field[] {
  return header.split(/\r\n(?![ \t])/).map((line) => {
    const colon = line.indexOf(':');
    return { name: line.slice(0, colon).trimEnd().toLowerCase(), value: line.slice(colon + 1) };
  });
}

/** Of several fields of a name the last one comes first (RFC 6376, 5.4.2). */
function covered(fields: readonly Field[]): { names: string[]; lines: string[] } {
  const names: string[] = [];
  const lines: string[] = [];
  for (const name of COVERED) {
    for (const field of fields.filter((each) => each.name === name).toReversed()) {
      names.push(name);
      lines.push(`${name}:${relaxedValue(field.value)}`);
    }
    if (SEALED.includes(name)) names.push(name);
  }
  return { names, lines };
}

function relaxedValue(value: string): string {
  return value
    .replaceAll('\r\n', '')
    .replaceAll(/[ \t]+/g, ' ')
    .trim();
}

/** The body as a whole, since a look at each of its lines took as long as the signature. */
function relaxedBody(body: string): string {
  const text = body
    .replaceAll(/[ \t]{2,}|\t/g, ' ')
    .replaceAll(' \r\n', '\r\n')
    .replace(/ $/, '');
  let end = text.length;
  while (text.endsWith('\r\n', end)) end -= 2;
  return end === 0 ? '' : `${text.slice(0, end)}\r\n`;
}

/** Blanks count for nothing in the values of `h` and `b`. */
function folded(text: string): string {
  return text.replaceAll(/.{72}(?=.)/g, '$&\r\n ');
}

function keyOf(pem: string): KeyObject {
  const known = keptKeys.get(pem);
  if (known) return known;
  if (keptKeys.size >= MAX_KEPT_KEYS) keptKeys.clear();
  const key = createPrivateKey(pem);
  keptKeys.set(pem, key);
  return key;
}

function signatureOf(data: Buffer, key: KeyObject): Promise<string> {
  return new Promise((resolve, reject) => {
    sign('sha256', data, key, (error, signature) => (error ? reject(error) : resolve(signature.toString('base64'))));
  });
}
