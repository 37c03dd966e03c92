import { lintMarkup } from './lint-markup.js';

const WORDS = '<mj-text>Your parcel has arrived, and this is how you take care of what is in it.</mj-text>';
const found = (source: string): string[] =>
  lintMarkup(`${WORDS}\n${source}`).map(({ code, line }) => `${code} ${line}`);

describe('lintMarkup', () => {
  it.each([
    '<a href="https://shop.fr/care">How to</a>',
    '<mj-button href="{{ order.statusUrl | url }}">See it</mj-button>',
    '<a href="https://shop.fr/{{ order.name | url_encode }}?x=1">{{ order.name }}</a>',
    '<a href="mailto:us@shop.fr">Write</a> <a href="tel:+33612345678">Call</a>',
    '<a href="https://shop.fr"><img src="https://shop.fr/x.png" alt="Our shop" /></a>',
    '<mj-image src="{{ line.imageUrl }}" alt="" />',
    '<mj-image src="https://shop.fr/x.png" alt="A bowl" href="https://shop.fr" />',
    '<a name="top"></a>',
    '<a href="{{ event.data.url | default: "" }}">{% if a %}{{ b | default: "c d" }}{% endif %}</a>',
    '<!-- <a href="#">x</a> -->{% comment %}<a href="">x</a>{% endcomment %}',
    '<article>no link</article>',
    '<mj-button href="{% if a %}{{ a }}{% else %}https://shop.fr{% endif %}">Go</mj-button>',
  ])('finds nothing in %s', (source) => {
    expect(found(source)).toEqual([]);
  });

  it.each([
    ['<a href="">x</a>', 'link.broken 2'],
    ['<a href="#">x</a>', 'link.broken 2'],
    ['<a\n href="/shop">x</a>', 'link.broken 2'],
    ['{{ a\n | default: "b" }}<a href="/{{ "a b" }}">x</a>', 'link.broken 3'],
    ['<a href="https://shop.fr/">{% if a %}{% endif %}</a>', 'link.without-text 2'],
    ['\n\n<a href="www.shop.fr">x</a>', 'link.broken 4'],
    ['<mj-button href="https://shop.fr/my page">x</mj-button>', 'link.broken 2'],
    ['<a href="{{ shop.url }}/my page">x</a>', 'link.broken 2'],
    ['<a href="javascript:alert(1)">x</a>', 'link.broken 2'],
    ["<a href='https://www.example.com/x'>x</a>", 'link.broken 2'],
    ['<a href="http://localhost:3000">x</a>', 'link.broken 2'],
    ['<a href="http://127.0.0.1/x">x</a>', 'link.broken 2'],
    ['<mj-image src="https://example.org/x.png" alt="x" />', 'link.broken 2'],
    ['<a href="http://shop.fr">x</a>', 'link.insecure 2'],
    ['<img src="http://shop.fr/x.png" alt="x">', 'link.insecure 2'],
    ['<a href="https://shop.fr"></a>', 'link.without-text 2'],
    ['<a href="https://shop.fr"> &nbsp; <b></b></a>', 'link.without-text 2'],
    ['<mj-button href="https://shop.fr" />', 'link.without-text 2'],
    ['<img src="https://shop.fr/x.png">', 'image.without-alt 2'],
    ['<mj-image src="https://shop.fr/x.png" href="https://shop.fr" alt="" />', 'image.without-alt 2'],
    ['<mj-image src="https://shop.fr/x.png" alt="x" />'.repeat(3), 'mail.mostly-images null'],
  ])('of %j says %s', (source, flaw) => {
    expect(found(source)).toEqual([flaw]);
  });

  it('counts pictures, and words that somebody reads', () => {
    const picture = '<mj-image src="https://shop.fr/x.png" alt="x" />';
    expect(lintMarkup(picture).map(({ code }) => code)).toEqual(['mail.no-text']);
    expect(lintMarkup(`<mj-head><mj-title>${WORDS}</mj-title></mj-head>${picture}`)).toMatchObject([
      { code: 'mail.no-text' },
    ]);
    expect(found(picture.repeat(13) + WORDS.repeat(20))).toEqual(['mail.mostly-images null']);
    expect(found(picture.repeat(12) + WORDS.repeat(20))).toEqual([]);
  });

  it('is not slowed down by what it cannot read', () => {
    const source = `<a ${'x="" '.repeat(5_000)}<a href="${'<a '.repeat(5_000)}`;
    expect(lintMarkup(source)).toBeDefined();
  });
});
