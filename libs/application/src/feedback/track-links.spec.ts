import { type LinkSettingsOfShop, trackLinks } from './track-links.js';

const PUBLIC = 'https://after.example';
const settings = { track: true, utmHosts: ['birch.example'] };
const track = (content: { html?: string | null; text?: string }, changes: Partial<LinkSettingsOfShop> = {}) =>
  trackLinks(
    { subject: 'Hello', html: content.html ?? null, text: content.text ?? '' },
    {
      settings: { ...settings, ...changes },
      campaign: { medium: 'email', journey: 'thank-you', template: 'thanks' },
      publicUrl: PUBLIC,
      addressOf: (position) => `${PUBLIC}/l/code${position}`,
    },
  );

describe('links of a message', () => {
  it('lead over our own address, the same destination by the same one in every part', () => {
    const { html, text, links } = track({
      html: '<p><a class="b" href="https://a.example/x?a=1&amp;b=2">A</a> <a href="https://b.example/">B</a></p>',
      text: 'A (https://a.example/x?a=1&b=2), B: https://b.example/. C: https://c.example/it_(is).',
    });
    expect(html).toBe(`<p><a class="b" href="${PUBLIC}/l/code0">A</a> <a href="${PUBLIC}/l/code1">B</a></p>`);
    expect(text).toBe(`A (${PUBLIC}/l/code0), B: ${PUBLIC}/l/code1. C: ${PUBLIC}/l/code2`);
    expect(links).toEqual(['https://a.example/x?a=1&b=2', 'https://b.example/', 'https://c.example/it_(is).']);
  });

  it('that are ours, images, and other ways to reach somebody stay', () => {
    const html = `<a href="${PUBLIC}/u/token">x</a><a href="mailto:a@b.example">m</a><a href="#top">t</a><img src="https://a.example/i.png">`;
    expect(track({ html, text: `${PUBLIC}/s/token?score=3` })).toMatchObject({
      html,
      text: `${PUBLIC}/s/token?score=3`,
      links: [],
    });
    // but for what only looks like ours
    expect(track({ text: `${PUBLIC}.evil.example/` }).links).toEqual([`${PUBLIC}.evil.example/`]);
  });

  it("tell the shop's own hosts where a visitor comes from, and no others", () => {
    const utm = 'utm_source=afterglow&utm_medium=email&utm_campaign=thank-you&utm_content=thanks';
    const urls = [
      'https://birch.example/shop?x=1#top',
      'https://www.birch.example/',
      'https://birch.example/?utm_source=mine',
      'https://notbirch.example/',
    ];
    const expected = [
      `https://birch.example/shop?x=1&${utm}#top`,
      `https://www.birch.example/?${utm}`,
      urls[2],
      urls[3],
    ];
    expect(track({ text: urls.join(' ') }).links).toEqual(expected);
    expect(track({ text: urls.join(' ') }, { track: false })).toMatchObject({ text: expected.join(' '), links: [] });
  });

  it('stay within bounds', () => {
    const text = Array.from({ length: 300 }, (_, index) => `https://a.example/${index}`).join('\n');
    const { links, text: made } = track({ text });
    expect(links).toHaveLength(200);
    expect(made.split('\n').at(-1)).toBe('https://a.example/299');
  });

  it.each(['https://', 'https://[', 'http://a b', 'https:///'])('%s is left alone where it is no address', (text) => {
    expect(() => track({ text, html: `<a href="${text}">x</a>` })).not.toThrow();
  });
});
