import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/** Bits of the hash that become the number; as many as a double holds exactly. */
const BITS = 53;
const BYTES = 7;

/** A number in (0, 1) that is always the same for the same parts and looks drawn by lot. */
export function drawOf(parts: readonly string[]): number {
  const bytes = sha256(utf8ToBytes(JSON.stringify(parts))).subarray(0, BYTES);
  const bits = bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n) >> BigInt(BYTES * 8 - BITS);
  return (Number(bits) + 0.5) / 2 ** BITS;
}
