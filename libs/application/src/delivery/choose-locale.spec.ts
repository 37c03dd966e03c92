import { chooseLocale } from './choose-locale.js';

describe('chooseLocale', () => {
  it.each([
    [['en', 'de'], ['de-AT', 'en'], 'de'],
    [['en', 'de', 'de-AT'], ['de-at'], 'de-AT'],
    [['en', 'pt-BR'], ['pt'], 'pt-BR'],
    [['en', 'pt-BR'], ['pt_PT'], 'pt-BR'],
    [['en', 'fr'], ['nl', 'fr-CH'], 'fr'],
    [['en', 'fr'], [null, undefined, 'sv'], 'en'],
    [[], ['en'], undefined],
  ])('of %j takes for %j %s', (available, wanted, expected) => {
    expect(chooseLocale(available, wanted)).toBe(expected);
  });
});
