import type { Money } from '#app/domain';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { smsCost } from './sms-cost.js';
import { partsOf, type TextParts } from './sms-parts.js';

/** Where a shop sends text messages, and what it pays for them. */
export interface TextSettings {
  /** ISO 3166-1 alpha-2; null: everywhere. */
  readonly countries: readonly string[] | null;
  /** By country, of one part, in the unit of the shop's currency; `*` for all others. */
  readonly prices: Readonly<Record<string, number>>;
}

export const DEFAULT_TEXTS: TextSettings = { countries: null, prices: {} };

/** The country that a number belongs to; null where that can't be told, as of satellite telephones. */
export function countryOfNumber(number: string): string | null {
  return parsePhoneNumberFromString(number)?.country ?? null;
}

/** Asked before anything is paid for. A number of no known country is served where all are. */
export function isServed({ countries }: TextSettings, number: string): boolean {
  if (countries === null) return true;
  const country = countryOfNumber(number);
  return country !== null && countries.includes(country);
}

/** How a text is carried, and what that is likely to cost; null where the shop has named no price. */
export interface PricedText extends TextParts {
  readonly estimate: Money | null;
}

export function pricedText(
  { prices }: TextSettings,
  text: string,
  number: string | null,
  currency: string,
): PricedText {
  const size = partsOf(text);
  const country = number === null ? null : countryOfNumber(number);
  const price = (country === null ? undefined : prices[country]) ?? prices['*'];
  return { ...size, estimate: smsCost(size.parts, price, currency) };
}
