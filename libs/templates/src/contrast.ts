/** WCAG 2.2, 1.4.3: of text at the usual size. */
const ENOUGH = 4.5;
/** What mails are written on, in a light scheme and in a dark one. */
export const CARD = '#ffffff';
export const DARK_CARD = '#1c1c20';

const WHITE = '#ffffff';
const BLACK = '#18181b';
const PURE_BLACK = '#000000';

const HEX_COLOR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

export function isColor(text: string): boolean {
  return HEX_COLOR.test(text);
}

/** Red, green and blue from 0 to 1, of `#rgb` or `#rrggbb`. */
function channelsOf(color: string): number[] {
  const digits = color.slice(1);
  const pairs = digits.length === 3 ? Array.from(digits, (digit) => digit + digit) : (digits.match(/../g) ?? []);
  return pairs.map((pair) => Number.parseInt(pair, 16) / 255);
}

function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(color).map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1 to 21, as WCAG has it. */
export function contrastOf(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** White where it can be read on the colour, else the softest black that can. */
export function signOn(color: string): string {
  if (contrastOf(WHITE, color) >= ENOUGH) return WHITE;
  return contrastOf(BLACK, color) >= ENOUGH ? BLACK : PURE_BLACK;
}

/** The colour with as much white in it as it takes to be read on a dark one. */
export function lightenedFor(color: string, dark: string): string {
  return mixedUntilRead(color, WHITE, dark);
}

/** The colour with as much black in it as it takes to be read on a light one. */
export function darkenedFor(color: string, light: string): string {
  return mixedUntilRead(color, BLACK, light);
}

function mixedUntilRead(color: string, into: string, ground: string): string {
  const [from, to] = [channelsOf(color), channelsOf(into)];
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = `#${from.map((value, index) => hexOf(value + ((to[index] ?? 0) - value) * share)).join('')}`;
    if (contrastOf(mixed, ground) >= ENOUGH) return mixed;
  }
  return into;
}

function hexOf(channel: number): string {
  return Math.round(channel * 255)
    .toString(16)
    .padStart(2, '0');
}
