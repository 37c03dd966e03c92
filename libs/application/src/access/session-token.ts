import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const RANDOM_BYTES = 32;
const FORM = /^[\w-]{43}$/;

/** 256 random bits as base64url: of a session, or of an invitation. */
export function newToken(): string {
  return randomBytes(RANDOM_BYTES).toString('base64url');
}

/** False for what can't be a token; saves the look-up. */
export function isTokenShaped(text: string): boolean {
  return FORM.test(text);
}

/** What a page must send beside the cookie: it follows from the session, and the session can't be told from it. */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('csrf').digest('base64url');
}

export function isCsrfTokenOf(sessionToken: string, given: string): boolean {
  const expected = Buffer.from(csrfTokenOf(sessionToken));
  const bytes = Buffer.from(given);
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}
