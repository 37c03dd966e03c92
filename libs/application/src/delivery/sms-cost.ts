import { minorDigits, type Money } from '#app/domain';

/**
 * In millionths of the currency's unit, which are whole: a price in binary fractions would round the wrong way.
 * @param price of one part, in the unit of the currency
 */
export function smsMicros(segments: number, price: number): number {
  return Math.round(price * 1_000_000) * segments;
}

/** @param price of one part, in the unit of the currency; undefined where nobody named one */
export function smsCost(segments: number, price: number | undefined, currency: string): Money | null {
  if (price === undefined) return null;
  const millionths = smsMicros(segments, price) * 10 ** minorDigits(currency);
  return { amount: Math.round(millionths / 1_000_000), currency };
}
