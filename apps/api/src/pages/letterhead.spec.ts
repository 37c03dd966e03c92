import { CARD, contrastOf, DARK_CARD } from '#app/templates';
import fc from 'fast-check';
import { colorsOf } from './letterhead.js';
import { notice } from './layout.js';

const NONE = { color: null, logoUrl: null, address: null };
const hex = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255))
  .map((channels) => `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`);
const valuesOf = (style: string, name: string): string[] =>
  [...style.matchAll(new RegExp(`--${name}:([^;}]+)`, 'g'))].map(([, value]) => value ?? '');

describe('the letterhead of a page', () => {
  it('can be read in every colour, on light and dark', () => {
    fc.assert(
      fc.property(hex, (color) => {
        const { text: style } = colorsOf({ ...NONE, color }) ?? { text: '' };
        const [accents, onAccents] = [valuesOf(style, 'accent'), valuesOf(style, 'on-accent')];
        for (const [index, ground] of [CARD, DARK_CARD].entries()) {
          expect(contrastOf(accents[index] ?? '', ground)).toBeGreaterThanOrEqual(4.5);
          expect(contrastOf(accents[index] ?? '', onAccents[index] ?? '')).toBeGreaterThanOrEqual(4.5);
        }
        expect(contrastOf(color, valuesOf(style, 'on-button')[0] ?? '')).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });

  it('draws an edge around buttons that can hardly be told from the page', () => {
    const edges = (color: string) => valuesOf(colorsOf({ ...NONE, color })?.text ?? '', 'edge');
    expect(edges('#ffffff')).toEqual(['var(--line)', 'transparent']);
    expect(edges('#18181b')).toEqual(['transparent', 'var(--line)']);
  });

  it.each([
    'javascript:alert(1)',
    'http://shop.example/logo.png',
    'https://shop.example/"onerror=',
    'data:image/png;base64,',
  ])('shows the name where the logo is %s', (logoUrl) => {
    const shown = notice('en', { shopName: 'Birch', letterhead: { ...NONE, logoUrl } }, 'Title', 'Text');
    expect(shown).not.toContain('<img');
    expect(shown).toContain('<p class="shop">Birch</p>');
  });

  it('lets nothing in that is no colour, and escapes the rest', () => {
    const letterhead = {
      color: 'red}</style><script>',
      logoUrl: 'https://cdn.example/a?b=1&c=2',
      address: '<b>1 Lane</b>',
    };
    const shown = notice('en', { shopName: 'A "B" <c>', letterhead }, 'Title', 'Text');
    expect(shown).not.toMatch(/<script|<b>|red}/);
    expect(shown).toContain('<img src="https://cdn.example/a?b=1&amp;c=2" alt="A &quot;B&quot; &lt;c&gt;"');
    expect(shown).toContain('&lt;b&gt;1 Lane&lt;/b&gt;');
  });
});
