import { randomBytes } from 'node:crypto';

const PREFIX = 'ag_live_';
const RANDOM_BYTES = 32;
/** What people see of a key in lists: enough to tell keys apart, nothing to guess from. */
const HINT_CHARS = PREFIX.length + 4;
/** Of a key that a script brings along (BOOTSTRAP_API_KEY). */
const MIN_CHARS = 8;
const MAX_CHARS = 200;
const FORM = /^[\x21-\x7e]+$/;

/** `ag_live_` and 256 random bits as base64url. */
export function newApiKey(): string {
  return PREFIX + randomBytes(RANDOM_BYTES).toString('base64url');
}

export function hintOf(key: string): string {
  return key.slice(0, HINT_CHARS);
}

/** False for what can't be a key; saves the look-up. */
export function isKeyShaped(text: string): boolean {
  return text.length >= MIN_CHARS && text.length <= MAX_CHARS && FORM.test(text);
}
