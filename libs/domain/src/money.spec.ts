import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { minorDigits, parseMoney } from './money.js';

describe('parseMoney', () => {
  it.each([
    ['19.90', 'EUR', 1990],
    ['20', 'eur', 2000],
    ['-4.5', 'USD', -450],
    ['0.1', 'USD', 10],
    ['-0.00', 'USD', 0],
    ['1200', 'JPY', 1200],
    ['1200.00', 'JPY', 1200],
    ['1.234', 'KWD', 1234],
    ['1.005', 'EUR', 101],
    ['-1.005', 'EUR', -101],
    ['0.999', 'USD', 100],
    ['8999999999999.99', 'EUR', 899_999_999_999_999],
  ])('reads %s %s as %i minor units', (text, currency, amount) => {
    expect(parseMoney(text, currency)).toEqual({ amount, currency: currency.toUpperCase() });
  });

  it('reads every amount of cents back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_999 }), (cents) => {
        const text = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
        expect(parseMoney(text, 'EUR').amount).toBe(cents);
      }),
    );
  });

  it.each([
    ['1,90', 'EUR'],
    ['', 'EUR'],
    ['NaN', 'EUR'],
    ['1e3', 'EUR'],
    ['.5', 'EUR'],
    ['1.00', 'EURO'],
    ['999999999999999.99', 'EUR'],
  ])('refuses "%s %s"', (text, currency) => {
    expect(() => parseMoney(text, currency)).toThrow(/amount/);
  });

  it('knows currencies without and with three decimals', () => {
    expect([minorDigits('JPY'), minorDigits('EUR'), minorDigits('TND')]).toEqual([0, 2, 3]);
  });
});
