import { countryOfNumber, DEFAULT_TEXTS, isServed, pricedText } from './text-settings.js';

const BERLIN = '+4915112345678';
const TORONTO = '+14165550123';
const NEW_YORK = '+12125550123';
const SATELLITE = '+881612345678';

describe('countryOfNumber', () => {
  it.each([
    [BERLIN, 'DE'],
    [TORONTO, 'CA'],
    [NEW_YORK, 'US'],
    ['+447400123456', 'GB'],
    ['+33612345678', 'FR'],
    [SATELLITE, null],
  ])('of %s is %s', (number, country) => expect(countryOfNumber(number)).toBe(country));
});

describe('isServed', () => {
  it('is everywhere until the shop names countries, and there alone from then on', () => {
    for (const number of [BERLIN, TORONTO, SATELLITE]) expect(isServed(DEFAULT_TEXTS, number)).toBe(true);
    const texts = { ...DEFAULT_TEXTS, countries: ['DE', 'US'] };
    expect([BERLIN, NEW_YORK, TORONTO, SATELLITE].map((number) => isServed(texts, number))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isServed({ ...DEFAULT_TEXTS, countries: [] }, BERLIN)).toBe(false);
    // a Californian area code that is too new to be listed
    expect(
      [['US'], ['CA'], ['FR']].map((countries) => isServed({ ...DEFAULT_TEXTS, countries }, '+13575550123')),
    ).toEqual([true, true, false]);
  });
});

describe('pricedText', () => {
  const texts = { countries: null, prices: { DE: 0.075, '*': 0.1 } };
  const three = 'x'.repeat(400);

  it('costs the price of a part in the country of the number, times the parts', () => {
    expect(pricedText(texts, three, BERLIN, 'EUR')).toMatchObject({
      parts: 3,
      estimate: { amount: 23, currency: 'EUR' },
    });
    expect(pricedText(texts, 'x', TORONTO, 'EUR').estimate).toEqual({ amount: 10, currency: 'EUR' });
    expect(pricedText(texts, 'x', SATELLITE, 'EUR').estimate).toEqual({ amount: 10, currency: 'EUR' });
  });

  it('costs nobody knows what where the shop has named no price', () => {
    expect(pricedText(DEFAULT_TEXTS, 'x', BERLIN, 'EUR')).toMatchObject({ parts: 1, estimate: null });
    expect(pricedText({ countries: null, prices: { DE: 0.1 } }, 'x', TORONTO, 'EUR').estimate).toBeNull();
  });
});
