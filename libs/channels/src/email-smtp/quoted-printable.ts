/** Without the line break (RFC 2045, 6.7). */
const MAX_LINE = 76;
const [TAB, LF, CR, SPACE, EQUALS, TILDE] = [0x09, 0x0a, 0x0d, 0x20, 0x3d, 0x7e];
const HEX = Buffer.from('0123456789ABCDEF', 'latin1');
/** Of one byte: itself encoded, and its share of breaks. */
const MAX_GROWTH = 4;

/**
 * Text as quoted-printable (RFC 2045, 6.7), its lines ended by CRLF; the bytes of one character stay on one line. In one go: a mail
 * is too short to be worth a stream.
 */
export function quotedPrintable(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  const out = Buffer.allocUnsafe(bytes.length * MAX_GROWTH);
  let [at, column, index] = [0, 0, 0];
  while (index < bytes.length) {
    const byte = bytes[index] as number;
    if (isBreak(byte)) {
      index += byte === CR && bytes[index + 1] === LF ? 2 : 1;
      at = putBreak(out, at);
      column = 0;
      continue;
    }
    const length = lengthOf(byte);
    const isLast = index + length >= bytes.length || isBreak(bytes[index + length]);
    const isWritten = isLiteral(byte, isLast);
    const width = isWritten ? 1 : 3 * length;
    // where the line goes on its last place is that of the sign for it
    if (column + width > (isLast ? MAX_LINE : MAX_LINE - 1)) {
      out[at] = EQUALS;
      at = putBreak(out, at + 1);
      column = 0;
    }
    if (isWritten) out[at++] = byte;
    else for (const end = index + length; index < end; index += 1) at = putEncoded(out, at, bytes[index] as number);
    if (isWritten) index += 1;
    column += width;
  }
  return out.toString('latin1', 0, at);
}

function isBreak(byte: number | undefined): boolean {
  return byte === LF || byte === CR;
}

/** Blanks at the end of a line get lost on the way. */
function isLiteral(byte: number, isLast: boolean): boolean {
  if (byte > SPACE) return byte <= TILDE && byte !== EQUALS;
  return (byte === SPACE || byte === TAB) && !isLast;
}

/** Of a character in UTF-8, by its first byte. */
function lengthOf(byte: number): number {
  if (byte < 0xc0) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

function putBreak(out: Buffer, at: number): number {
  out[at] = CR;
  out[at + 1] = LF;
  return at + 2;
}

function putEncoded(out: Buffer, at: number, byte: number): number {
  out[at] = EQUALS;
  out[at + 1] = HEX[byte >> 4] as number;
  out[at + 2] = HEX[byte & 15] as number;
  return at + 3;
}
