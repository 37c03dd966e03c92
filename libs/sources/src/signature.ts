import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { SignatureVerdict } from '#app/application';

export const GENUINE: SignatureVerdict = { genuine: true };

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export function hmacSha256(key: string | Uint8Array, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/**
 * Compares a base64 signature with the one expected, in constant time. Only the one spelling of the bytes counts: a signature
 * whose unused bits were changed is another text.
 */
export function isSameSignature(expected: Uint8Array, base64: string | undefined): boolean {
  if (base64 === undefined || !BASE64.test(base64)) return false;
  const given = Buffer.from(base64, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected) && given.toString('base64') === base64;
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function notGenuine(reason: string): SignatureVerdict {
  return { genuine: false, reason };
}
