import { minorDigits, type Money } from '#app/domain';

/** @param price of one part, in the unit of the currency; undefined where nobody named one */
export function smsCost(segments: number, price: number | undefined, currency: string): Money | null {
  if (price === undefined) return null;
  // in millionths, which are whole: a price in binary fractions would round the wrong way
  const millionths = Math.round(price * 1_000_000) * segments * 10 ** minorDigits(currency);
  return { amount: Math.round(millionths / 1_000_000), currency };
}
