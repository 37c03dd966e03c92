import { isUtf8 } from 'node:buffer';

/** Deeper than any sender nests; parsers of every kind follow it without running out of stack. */
const MAX_DEPTH = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** True when the bytes are JSON in strict UTF-8 that can be stored and parsed later. */
export function isReadableJson(bytes: Buffer): boolean {
  if (!isUtf8(bytes) || isTooDeep(bytes)) return false;
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

function isTooDeep(bytes: Buffer): boolean {
  let depth = 0;
  let isInText = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (isInText) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) isInText = false;
    } else if (byte === QUOTE) isInText = true;
    // `{` and `[`, then `}` and `]`, differ in one bit only
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return false;
}
