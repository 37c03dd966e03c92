/** RFC 5321, 4.5.3.1.3 with the two angle brackets taken off. */
const MAX_ADDRESS_CHARS = 254;
const MAX_LOCAL_CHARS = 64;
/** A dot-atom (letters of any script allowed, RFC 6531), never quoted, and a domain of at least two labels or a literal host. */
const LOCAL = /^[^\s\p{C}\p{Z}"(),.:;<>@[\\\]]+(\.[^\s\p{C}\p{Z}"(),.:;<>@[\\\]]+)*$/u;
const DOMAIN = /^(?!-)[\p{L}\p{N}-]{1,63}(?<!-)(\.(?!-)[\p{L}\p{N}-]{1,63}(?<!-))*$/u;

/**
 * True for exactly one plain address. What mail libraries read as a list, a group or a second command is refused: an envelope
 * takes what it is given.
 */
export function isMailAddress(text: string): boolean {
  if (text.length > MAX_ADDRESS_CHARS) return false;
  const at = text.indexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  return local.length <= MAX_LOCAL_CHARS && LOCAL.test(local) && DOMAIN.test(text.slice(at + 1));
}

/** `shop@example.com` of `Shop <shop@example.com>` or of itself; null when there is no single address in it. */
export function bareAddress(text: string): string | null {
  const address = (/^[^<>]*<([^<>]+)>$/.exec(text.trim())?.[1] ?? text).trim();
  return isMailAddress(address) ? address : null;
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
