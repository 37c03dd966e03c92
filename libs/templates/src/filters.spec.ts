import { compileTemplate } from './compile.js';
import { renderTemplate } from './render.js';
import { aContext, renderSms } from './testing.js';

const plain = (text: string): string => text.replace(/[\u00A0\u202F]/g, ' ');

describe('filters of addresses', () => {
  it('mark half a character instead of failing the message', async () => {
    const sms =
      '{{ half }} {{ half | url_encode }} {{ half | cgi_escape }} {{ half | uri_escape }} {{ whole | url_encode }}';
    expect(await renderSms(sms, aContext({ half: 'a\uD83D', whole: '😀 b' }))).toBe(
      'a\uFFFD a%EF%BF%BD a%EF%BF%BD a%EF%BF%BD %F0%9F%98%80+b',
    );
  });

  it('leave what is no encoded text as it is', async () => {
    expect(await renderSms('{{ a | url_decode }} {{ b | url_decode }}', aContext({ a: '100 %', b: 'a%20b' }))).toBe(
      '100 % a b',
    );
  });
});

describe('money', () => {
  it.each([
    [{ amount: 123456, currency: 'BRL' }, 'pt-BR', 'R$ 1.234,56'],
    [{ amount: 1980, currency: 'JPY' }, 'ja-JP', '￥1,980'],
    [{ amount: 12345, currency: 'KWD' }, 'en', 'KWD 12.345'],
    [{ amount: -1999, currency: 'EUR' }, 'de-DE', '-19,99 €'],
    [{ amount: 199900, currency: 'HUF' }, 'hu', '1999 Ft'],
    [{ amount: '500', currency: 'usd' }, 'en-US', '$5.00'],
  ])('writes %j in %s', async (price, locale, shown) => {
    expect(plain(await renderSms('{{ price | money }}', { price, locale }))).toBe(shown);
  });

  it('takes the currency from the object, the argument or the shop, in this order', async () => {
    const context = { p: { amount: 100, currency: 'USD' }, n: 100, shop: { currency: 'GBP' }, locale: 'en' };
    expect(await renderSms("{{ p | money: 'EUR' }} {{ n | money: 'EUR' }} {{ n | money }}", context)).toBe(
      '$1.00 €1.00 £1.00',
    );
  });

  it('prints nothing for no amount and refuses an amount that is not whole', async () => {
    expect(await renderSms('[{{ missing | money }}]')).toBe('[]');
    const { compiled } = await compileTemplate({ sms: '{{ p | money }}' });
    expect(() => renderTemplate(compiled, { p: { amount: 9.99, currency: 'EUR' } })).toThrow(/whole number/);
    expect(() => renderTemplate(compiled, { p: 5 })).toThrow(/no currency/);
  });
});

describe('dates', () => {
  it.each([
    ['2026-05-01T23:30:00Z', 'Europe/Paris', 'en-GB', '2 May 2026'],
    ['2026-05-01T23:30:00Z', 'America/Sao_Paulo', 'pt-BR', '1 de maio de 2026'],
    ['2026-05-01T23:30:00+02:00', 'UTC', 'de', '1. Mai 2026'],
    ['2026-05-01', 'Pacific/Auckland', 'fr-FR', '1 mai 2026'],
    ['2026-05-01', 'Pacific/Honolulu', 'en-US', 'May 1, 2026'],
    [1777678200000, 'Europe/Paris', 'en-GB', '2 May 2026'],
    [1777678200, 'Europe/Paris', 'en-GB', '2 May 2026'],
  ])('date_long shows %s in %s for %s', async (d, timeZone, locale, shown) => {
    expect(await renderSms('{{ d | date_long }}', { d, shop: { timeZone }, locale })).toBe(shown);
  });

  it('date_short is numeric, date takes a pattern, and both use the zone of the shop', async () => {
    const sms =
      "{{ order.placed_at | date_short }} {{ order.placed_at | date: '%Y-%m-%d %H:%M %z %-d %^b %A %p %j %%' }}";
    expect(await renderSms(sms)).toBe('02/05/2026 2026-05-02 01:30 +0200 2 MAY Saturday AM 122 %');
  });

  it('date takes a zone of its own and names days in the locale', async () => {
    const context = { d: '2026-05-01T23:30:00Z', locale: 'fr' };
    expect(await renderSms("{{ d | date: '%A %-d %B %R', 'Asia/Tokyo' }}", context)).toBe('samedi 2 mai 08:30');
  });

  it('a wall time stays as it is, even where a clock change skips it', async () => {
    const context = { d: '2026-03-29T02:30', shop: { timeZone: 'Europe/Paris' } };
    expect(await renderSms("{{ d | date: '%F %T' }}", context)).toBe('2026-03-29 02:30:00');
  });

  it("'now' is the context's now; without one it is an error", async () => {
    expect(await renderSms("{{ 'now' | date: '%F' }} {{ 'today' | date_long }}")).toBe('2026-05-05 5 May 2026');
    const { compiled } = await compileTemplate({ sms: "{{ 'now' | date: '%F' }}" });
    expect(() => renderTemplate(compiled, {})).toThrow(/no `now`/);
  });

  it('prints nothing for what is not a date, and falls back to English and UTC', async () => {
    expect(await renderSms("[{{ x | date_long }}{{ 'soon' | date_long }}{{ '2026-02-31' | date_long }}]")).toBe('[]');
    expect(await renderSms('{{ d | date_long }}', { d: '2026-05-01T23:30:00Z', locale: 'no such locale' })).toBe(
      'May 1, 2026',
    );
  });
});

describe('url', () => {
  it.each([
    ['https://shop.example/a?b=1&c=ü', true],
    ['  http://shop.example ', true],
    ['mailto:care@shop.example', true],
    ['tel:+4930123', true],
    ['javascript:alert(1)', false],
    ['JaVaScRiPt:alert(1)', false],
    ['java\nscript:alert(1)', false],
    ['\u0001javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['vbscript:x', false],
    ['//shop.example', false],
    ['/orders', false],
    ['https:shop.example', false],
    ['https://a b', false],
    ['https://a"onclick=', false],
    ['https://', false],
  ])('%j passes: %s', async (value, passes) => {
    expect(await renderSms('[{{ u | url }}]', { u: value })).toBe(passes ? `[${value.trim()}]` : '[]');
  });
});

describe('the other filters', () => {
  it('default fills gaps, unknown variables print nothing', async () => {
    expect(await renderSms("Hi {{ customer.nick | default: 'there' }}{{ no.such.thing }}")).toBe('Hi there');
  });

  it.each([
    'raw',
    'where_exp',
    'find_exp',
    'sample',
    'sha256',
    'base64_decode',
    'inspect',
    'date_to_string',
    'xml_escape',
  ])('does not know %s', async (name) => {
    const { problems } = await compileTemplate({ sms: `{{ a | ${name}: 'b', 'c' }}` });
    expect(problems).toEqual([
      { place: 'sms', line: 1, code: 'liquid.unknown-filter', message: `undefined filter: ${name}` },
    ]);
  });

  it('sums, sorts and joins lists', async () => {
    expect(
      await renderSms("{{ order.lines | map: 'title' | sort | join: ', ' }} {{ order.lines | sum: 'quantity' }}"),
    ).toBe('Beeswax "Gold", Oak bowl 3');
    expect(aContext()).toHaveProperty('order.lines');
  });
});
