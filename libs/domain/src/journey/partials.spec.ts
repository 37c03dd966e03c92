import type { JourneyDocument } from './document.js';
import { expandPartials, partialsUsed } from './partials.js';

type Partials = NonNullable<JourneyDocument['partials']>;

const SIGNED = { signature: { en: 'Yours,\n{{ shop.name }}\n', default: '{{ shop.name }}' } };

function written(source: { mjml?: string; sms?: string; subject?: string }, partials: Partials, locale = 'en') {
  const { templates, faults } = expandPartials({ templates: { hello: { [locale]: source } }, partials } as never);
  return { ...templates['hello']?.[locale], faults: faults.map(({ pointer, message }) => `${pointer}: ${message}`) };
}

describe('partials', () => {
  it('stand where they are rendered, in the language of the template, else in any', () => {
    const mjml = '<mj-text>\n{%- render "signature" -%}\n</mj-text>';
    expect(written({ mjml }, SIGNED)).toEqual({
      mjml: '<mj-text>\nYours, {{ shop.name }}\n</mj-text>',
      faults: [],
    });
    expect(written({ mjml }, SIGNED, 'en-GB').mjml).toContain('Yours, ');
    expect(written({ mjml }, SIGNED, 'de').mjml).toBe('<mj-text>\n{{ shop.name }}\n</mj-text>');
  });

  it('keep their lines in a text message', () => {
    expect(written({ sms: "Hi\n{% render 'signature' %}" }, SIGNED).sms).toBe('Hi\nYours,\n{{ shop.name }}');
  });

  it('may render others', () => {
    const partials = { ...SIGNED, footer: { default: '<p>{% render "signature" %}</p>' } };
    expect(written({ mjml: '{% render "footer" %}' }, partials).mjml).toBe('<p>Yours, {{ shop.name }}</p>');
  });

  it('leave a template alone that renders none', () => {
    expect(written({ mjml: 'to render {{ x }}' }, SIGNED)).toEqual({ mjml: 'to render {{ x }}', faults: [] });
  });

  it('that are missing are named with their line, and what was meant', () => {
    expect(written({ mjml: 'a\nb {% render "signatur" %}' }, SIGNED).faults).toEqual([
      '/templates/hello/en/mjml: There is no partial "signatur": did you mean signature? (line 2)',
    ]);
    expect(written({ subject: '{% render "terms" %}' }, SIGNED).faults).toEqual([
      '/templates/hello/en/subject: There is no partial "terms": add it under partials, or as partials/terms.liquid beside it. (line 1)',
    ]);
    expect(written({ sms: '{% render "a" %}' }, { a: { default: '\n\n{% render "toString" %}' } }).faults[0]).toMatch(
      /^\/partials\/a\/default: Write \{% render "name" %\}/,
    );
    expect(written({ sms: '{% render "constructor" %}' }, SIGNED).faults[0]).toContain('There is no partial');
  });

  it('without words in the language are a fault, not those of another language', () => {
    expect(written({ sms: '{% render "only" %}' }, { only: { fr: 'Bonjour' } }).faults).toEqual([
      '/templates/hello/en/sms: The partial "only" has no words in en: write them, or a default. (line 1)',
    ]);
  });

  it('take no values and no names that are made at sending', () => {
    for (const sms of ['{% render name %}', '{% render "signature", x: 1 %}', '{% render %}', '{% render "A b" %}'])
      expect(written({ sms }, SIGNED)).toMatchObject({ sms: '', faults: [expect.stringContaining('Write {% render')] });
  });

  it('that render themselves, or one another, end with a fault', () => {
    const circle = { a: { default: '{% render "b" %}' }, b: { default: 'x{% render "a" %}' } };
    expect(written({ sms: '{% render "a" %}' }, circle)).toEqual({
      sms: 'x',
      faults: ['/partials/b/default: The partial "a" renders itself: a > b > a. Take one of these out. (line 1)'],
    });
  });

  it('that multiply end with a fault, soon', () => {
    const twice = (name: string): string => `{% render "${name}" %}`.repeat(40);
    const many = {
      a: { default: twice('b') },
      b: { default: twice('c') },
      c: { default: twice('d') },
      d: { default: '' },
    };
    expect(written({ sms: twice('a') }, many).faults.join()).toContain('Its partials are too much');
    const long = { a: { default: 'x'.repeat(16_000) } };
    const { sms = '', faults } = written({ sms: twice('a') }, long);
    expect(sms.length).toBeLessThan(70_000);
    expect(faults).toHaveLength(1);
    const names = Array.from({ length: 12 }, (_, index) => `p${index}`);
    const deep = Object.fromEntries(
      names.map((name, index) => [name, { default: `{% render "p${index + 1}" %}` }]),
    ) as Partials;
    expect(written({ sms: '{% render "p0" %}' }, deep).faults).toEqual([expect.stringContaining('8 deep')]);
  });

  it('of a hostile text are read in little time', () => {
    const before = process.cpuUsage();
    for (const sms of ['{% render '.repeat(6_000), `{% render${' '.repeat(60_000)}`, '{%'.repeat(30_000)])
      written({ sms }, SIGNED);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
  });

  it('of a hostile document are refused in little time, however many fields render them', () => {
    const blanks = ' '.repeat(15_000);
    const chained = {
      a: { default: `a${blanks}{% render "b" %}` },
      b: { default: `b${blanks}{% render "c" %}` },
      c: { default: `c${blanks}c` },
    };
    const templates = Object.fromEntries(
      Array.from({ length: 150 }, (_, index) => [
        `t${index}`,
        { en: { subject: '{% render "a" %}', mjml: '{% render "a" %}' } },
      ]),
    );
    const before = process.cpuUsage();
    const { faults } = expandPartials({ templates, partials: chained } as never);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.message).toContain('The partials of all templates together are too much: at most 1600 of them');
  });

  it('that are missing by many names are all told, with what was meant for the first few', () => {
    const misspelt = Array.from({ length: 20 }, (_, index) => `{% render "signatur${index}" %}`);
    const { faults } = written({ mjml: misspelt.join('\n') }, SIGNED);
    expect(faults).toHaveLength(20);
    expect(faults.filter((fault) => fault.includes('did you mean signature?'))).toHaveLength(5);
    expect(faults[19]).toMatch(/^\/templates\/hello\/en\/mjml: There is no partial "signatur19": .*\(line 20\)$/);
  });

  it('are no concern of comments and of raw', () => {
    for (const mjml of [
      'a {% comment %}{% render "gone" %}{% endcomment %} {% # {% render "gone" %} {%- raw -%} {% render "gone" %}{% endraw %}',
      '{% raw %}{% comment %}{% endraw %}{% comment %} {% raw %} {% endcomment %} {% endraw %} {% render "gone" %} {% endcomment %}',
    ]) {
      expect(written({ mjml: `${mjml}{% render "signature" %}` }, SIGNED)).toEqual({
        mjml: `${mjml}Yours, {{ shop.name }}`,
        faults: [],
      });
      expect(written({ mjml: '{% render "a" %}' }, { a: { default: mjml } }).faults).toEqual([]);
      expect([...partialsUsed({ hello: { en: { mjml } } }, SIGNED)]).toEqual([]);
    }
  });

  it('that are used are known, those within others too', () => {
    const partials = { ...SIGNED, footer: { default: '{% render "signature" %}' }, other: { default: '' } };
    const templates = { hello: { en: { mjml: '{% render "footer" %}{% render "gone" %}' } } };
    expect([...partialsUsed(templates, partials)].toSorted()).toEqual(['footer', 'gone', 'signature']);
  });
});
