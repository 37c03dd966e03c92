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
    [['en', 'pt', 'pt-BR'], ['pt-BR', 'en'], 'pt-BR'],
    [['en', 'pt-PT', 'pt'], ['pt-BR', 'en'], 'pt'],
    [['fr', 'en'], ['pt-BR', 'en-GB'], 'en'],
    [['fr', 'en'], ['pt-BR', 'sv'], 'fr'],
    [['en', 'pt-BR', 'pt-PT'], ['pt-AO'], 'pt-PT'],
    [['en-US', 'en-GB'], ['en-AU'], 'en-GB'],
    [['es-ES', 'es-419'], ['es-MX'], 'es-419'],
    [['es-ES', 'es-419'], ['es'], 'es-ES'],
    [['zh-Hans', 'zh-Hant'], ['zh-TW'], 'zh-Hant'],
    [['zh-Hans', 'zh-Hant'], ['zh-Hant-HK'], 'zh-Hant'],
    [['zh-Hans', 'zh-Hant'], ['zh'], 'zh-Hans'],
    [['zh-CN', 'zh-TW'], ['zh-Hant'], 'zh-TW'],
    [['en', 'nb'], ['no_NO'], 'nb'],
    [['en', 'pt-BR'], ['pt_BR.UTF-8'], 'pt-BR'],
    [['en', 'fr'], ['not a locale', 'fr'], 'fr'],
  ])('of %j takes for %j %s', (available, wanted, expected) => {
    expect(chooseLocale(available, wanted)).toBe(expected);
  });
});
