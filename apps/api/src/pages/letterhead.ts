import type { Letterhead } from '#app/domain';
import { CARD, contrastOf, darkenedFor, DARK_CARD, isColor, lightenedFor, signOn } from '#app/templates';
import { html, Markup } from './html.js';

/** Who a page is of. */
export interface ShopOnPage {
  readonly shopName: string;
  readonly letterhead: Letterhead;
}

/** WCAG 2.2, 1.4.11: below it a button needs an edge. */
const SEEN = 3;
const PICTURE = /^https:\/\/[^\s"'<>]+$/;

/** The shop's colour as its mails have it: as it is on buttons, and with as much black or white as it takes to be read elsewhere. */
export function colorsOf({ color }: Letterhead): Markup | null {
  // as a style sheet it isn't escaped
  if (color === null || !isColor(color)) return null;
  const [light, dark] = [darkenedFor(color, CARD), lightenedFor(color, DARK_CARD)];
  const scheme = (accent: string, ground: string): string =>
    `--accent:${accent};--on-accent:${signOn(accent)};--button:${color};--on-button:${signOn(color)};` +
    `--edge:${contrastOf(color, ground) < SEEN ? 'var(--line)' : 'transparent'}`;
  return new Markup(
    `<style>:root{${scheme(light, CARD)}}@media(prefers-color-scheme:dark){:root{${scheme(dark, DARK_CARD)}}}</style>`,
  );
}

/** The logo, or the name. */
export function headOf({ shopName, letterhead: { logoUrl } }: ShopOnPage): Markup {
  if (logoUrl === null || !PICTURE.test(logoUrl)) return html`<p class="shop">${shopName}</p>`;
  return html`<p class="shop"><img src="${logoUrl}" alt="${shopName}" referrerpolicy="no-referrer" /></p>`;
}

export function footOf({ letterhead: { address } }: ShopOnPage): Markup | null {
  return address === null ? null : html`<p class="address">${address}</p>`;
}
