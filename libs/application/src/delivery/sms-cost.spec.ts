import { describe, expect, it } from '@jest/globals';
import { smsCost } from './sms-cost.js';

describe('smsCost', () => {
  it('is in the smallest unit of the currency', () => {
    expect(smsCost(3, 0.075, 'EUR')).toEqual({ amount: 23, currency: 'EUR' });
    expect(smsCost(3, 4.5, 'JPY')).toEqual({ amount: 14, currency: 'JPY' });
  });

  it('is unknown without a price', () => {
    expect(smsCost(3, undefined, 'EUR')).toBeNull();
  });
});
