import { describe, expect, it } from '@jest/globals';
import { quotedPrintable } from './quoted-printable.js';

const PIECES = [
  'a',
  'lorem',
  ' ',
  '  ',
  '\t',
  '=',
  '.',
  '\n',
  '\r\n',
  '\r',
  'ä',
  '€',
  '😀',
  '\u0000',
  '<p style="x">',
  'x'.repeat(74),
];

/** As a mail program reads it (RFC 2045, 6.7). */
function decoded(text: string): string {
  const whole = text.replaceAll('=\r\n', '');
  const bytes = whole.replaceAll(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The same texts each time. */
function texts(count: number): string[] {
  let seed = 7;
  const next = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: next(60) }, () => PIECES[next(PIECES.length)]).join(''),
  );
}

describe('quotedPrintable', () => {
  it.each([
    ['', ''],
    ['a=b', 'a=3Db'],
    ['é', '=C3=A9'],
    ['end \nnext', 'end=20\r\nnext'],
    ['tab\t', 'tab=09'],
    ['x'.repeat(76), 'x'.repeat(76)],
    ['x'.repeat(77), `${'x'.repeat(75)}=\r\nxx`],
    [`${'x'.repeat(70)}€uro`, `${'x'.repeat(70)}=\r\n=E2=82=ACuro`],
  ])('writes %j', (text, written) => {
    expect(quotedPrintable(text)).toBe(written);
  });

  it('is read as what was written, in lines that no server breaks or trims', () => {
    for (const text of texts(2_000)) {
      const written = quotedPrintable(text);
      expect(decoded(written)).toBe(text.replaceAll(/\r\n|\r|\n/g, '\r\n'));
      for (const line of written.split('\r\n')) {
        expect(line).toMatch(/^[\t -~]{0,76}$/);
        expect(line).not.toMatch(/[\t ]$/);
      }
    }
  });
});
