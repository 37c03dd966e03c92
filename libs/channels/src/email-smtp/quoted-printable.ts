/** Without the line break (RFC 2045, 6.7). */
const MAX_LINE = 76;
const [TAB, LF, CR, SPACE, EQUALS, TILDE] = [0x09, 0x0a, 0x0d, 0x20, 0x3d, 0x7e];
const HEX = Buffer.from('0123456789ABCDEF', 'latin1');
/** Bytes that are written as they are wherever they stand. */
const WRITTEN = Uint8Array.from({ length: 256 }, (_, byte) => Number(byte > SPACE && byte <= TILDE && byte !== EQUALS));
/** Of one byte: itself encoded, and its share of breaks. */
const MAX_GROWTH = 4;

interface Written {
  readonly out: Buffer;
  /** Bytes so far. */
  at: number;
  /** Of them on the present line. */
  column: number;
}

/**
 * Text as quoted-printable (RFC 2045, 6.7), its lines ended by CRLF; the bytes of one character stay on one line. In one go: a mail
 * is too short to be worth a stream.
 */
export function quotedPrintable(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  const written: Written = { out: Buffer.allocUnsafe(bytes.length * MAX_GROWTH), at: 0, column: 0 };
  let index = 0;
  while (index < bytes.length) {
    index += putRun(written, bytes, index);
    if (index < bytes.length)
      index += isBreak(bytes[index]) ? putBreak(written, bytes, index) : putCharacter(written, bytes, index);
  }
  return written.out.toString('latin1', 0, written.at);
}

/** What is written as it is, as far as the line goes: nearly all of a mail. Returns how many bytes of the text it took, as all of these. */
function putRun(written: Written, bytes: Buffer, index: number): number {
  const { out, at, column } = written;
  const end = Math.min(index + MAX_LINE - 1 - column, bytes.length);
  let next = index;
  while (next < end) {
    const byte = bytes[next] as number;
    if (WRITTEN[byte] === 0 && !(byte === SPACE && WRITTEN[bytes[next + 1] ?? 0] === 1)) break;
    out[at + next - index] = byte;
    next += 1;
  }
  written.at += next - index;
  written.column += next - index;
  return next - index;
}

function putBreak(written: Written, bytes: Buffer, index: number): number {
  endLine(written);
  return bytes[index] === CR && bytes[index + 1] === LF ? 2 : 1;
}

function putCharacter(written: Written, bytes: Buffer, index: number): number {
  const { out } = written;
  const byte = bytes[index] as number;
  const length = lengthOf(byte);
  const isLast = index + length >= bytes.length || isBreak(bytes[index + length]);
  const isLiteral = WRITTEN[byte] === 1 || (isBlank(byte) && !isLast);
  const width = isLiteral ? 1 : 3 * length;
  // where the line goes on its last place is that of the sign for it
  if (written.column + width > (isLast ? MAX_LINE : MAX_LINE - 1)) {
    out[written.at++] = EQUALS;
    endLine(written);
  }
  if (isLiteral) out[written.at++] = byte;
  else for (let k = 0; k < length; k += 1) putEncoded(written, bytes[index + k] as number);
  written.column += width;
  return length;
}

function isBreak(byte: number | undefined): boolean {
  return byte === LF || byte === CR;
}

/** At the end of a line they get lost on the way. */
function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** Of a character in UTF-8, by its first byte. */
function lengthOf(byte: number): number {
  if (byte < 0xc0) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

function endLine(written: Written): void {
  written.out[written.at++] = CR;
  written.out[written.at++] = LF;
  written.column = 0;
}

function putEncoded(written: Written, byte: number): void {
  written.out[written.at++] = EQUALS;
  written.out[written.at++] = HEX[byte >> 4] as number;
  written.out[written.at++] = HEX[byte & 15] as number;
}
