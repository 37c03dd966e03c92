import type { Money } from '#app/domain';
import { getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { smsCost, smsMicros } from './sms-cost.js';
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

/**
 * Asked before anything is paid for. Ranges come into use before anybody lists them: of those that several countries share, such as
 * +1, each that is served will do. Numbers of no country at all are served where all are.
 */
export function isServed({ countries }: TextSettings, number: string): boolean {
  if (countries === null) return true;
  const parsed = parsePhoneNumberFromString(number);
  if (!parsed) return false;
  if (parsed.country !== undefined) return countries.includes(parsed.country);
  return countries.some((one) => isSupportedCountry(one) && getCountryCallingCode(one) === parsed.countryCallingCode);
}

/** How a text is carried, and what that is likely to cost; null where the shop has named no price. */
export interface PricedText extends TextParts {
  readonly estimate: Money | null;
}

export function pricedText(settings: TextSettings, text: string, number: string | null, currency: string): PricedText {
  const size = partsOf(text);
  return { ...size, estimate: smsCost(size.parts, priceOf(settings, number), currency) };
}

/** The same in millionths of the currency's unit; 0 where the shop has named no price. */
export function textMicros(settings: TextSettings, text: string, number: string): number {
  const price = priceOf(settings, number);
  return price === undefined ? 0 : smsMicros(partsOf(text).parts, price);
}

/** Of texts that go somewhere without a price, nobody knows the cost beforehand. */
export function isPricedThroughout({ countries, prices }: TextSettings): boolean {
  if (prices['*'] !== undefined) return true;
  return countries !== null && countries.every((country) => prices[country] !== undefined);
}

function priceOf({ prices }: TextSettings, number: string | null): number | undefined {
  const country = number === null ? null : countryOfNumber(number);
  return (country === null ? undefined : prices[country]) ?? prices['*'];
}
