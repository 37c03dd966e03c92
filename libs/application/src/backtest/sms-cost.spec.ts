import { describe, expect, it } from '@jest/globals';
import { segmentsOf, smsCost } from './sms-cost.js';

describe('segmentsOf', () => {
  it.each([
    ['', 0],
    ['a'.repeat(160), 1],
    ['a'.repeat(161), 2],
    ['€'.repeat(80), 1],
    ['ж'.repeat(70), 1],
    ['ж'.repeat(71), 2],
    ['ж'.repeat(135), 3],
  ])('counts the parts of %j', (text, parts) => {
    expect(segmentsOf(text)).toBe(parts);
  });
});

describe('smsCost', () => {
  it('is in the smallest unit of the currency', () => {
    expect(smsCost(3, 0.075, 'EUR')).toEqual({ amount: 23, currency: 'EUR' });
    expect(smsCost(3, 4.5, 'JPY')).toEqual({ amount: 14, currency: 'JPY' });
  });

  it('is unknown without a price', () => {
    expect(smsCost(3, undefined, 'EUR')).toBeNull();
  });
});
