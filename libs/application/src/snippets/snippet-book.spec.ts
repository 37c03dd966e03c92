import type { Json } from '#app/domain';
import { SnippetBook } from './snippet-book.js';
import type { NewSnippet } from './snippet-store.port.js';

const snippet = (fields: Partial<NewSnippet>): NewSnippet => ({
  name: 'care',
  about: 'any',
  product: '',
  locale: 'default',
  text: 'Handle with care',
  ...fields,
});
const OF_BOWL = snippet({ about: 'product', product: '77', text: 'Oil it' });
const OF_SMALL_BOWL = snippet({ about: 'sku', product: 'BOWL-S', text: 'Oil it a little' });

function printed(
  snippets: readonly NewSnippet[],
  line: Record<string, Json>,
  { locale = 'en', reader = 'en', shop = 'en' } = {},
): Json | undefined {
  const variables = { customer: { locale: reader }, shop: { locale: shop }, order: { id: '1', lines: [line] } };
  const { order } = new SnippetBook(snippets).fill(variables, locale) as { order: { lines: Record<string, Json>[] } };
  return order.lines[0]?.['snippets'];
}

describe('snippets of a line', () => {
  it.each([
    ['its article number', { sku: 'BOWL-S', productId: '77' }, 'Oil it a little'],
    ['its product', { sku: 'BOWL-L', productId: '77' }, 'Oil it'],
    ['every product', { sku: 'CUP', productId: '78' }, 'Handle with care'],
    ['every product, where nothing is known of it', {}, 'Handle with care'],
  ])('are those about %s', (_what, line, care) => {
    expect(printed([OF_BOWL, snippet({}), OF_SMALL_BOWL], line)).toEqual({ care });
  });

  it('are found name by name', () => {
    const snippets = [OF_SMALL_BOWL, snippet({}), snippet({ name: 'size', text: 'See the label' })];
    expect(printed(snippets, { sku: 'BOWL-S' })).toEqual({ care: 'Oil it a little', size: 'See the label' });
  });

  it.each([
    ['fr', 'fr-CA', ['default', 'en', 'fr', 'fr-CA'], 'fr-CA'],
    ['fr', 'fr-BE', ['default', 'en', 'fr-CA'], 'fr-CA'],
    ['en', 'de', ['de', 'en'], 'en'],
    ['en', 'de', ['de', 'default'], 'default'],
    ['en', 'de', ['de', 'nl'], 'de'],
    ['en', 'sv', ['it', 'nl'], 'nl'],
    ['en', 'sv', ['it', 'pl'], 'it'],
  ])('in a message in %s for a reader of %s are, of %j, in %s', (locale, reader, written, chosen) => {
    const snippets = written.map((one) => snippet({ locale: one, text: one }));
    expect(printed(snippets, {}, { locale, reader, shop: 'nl' })).toEqual({ care: chosen });
  });

  it('are rather about the product than in the language', () => {
    const snippets = [snippet({ locale: 'fr', text: 'Avec soin' }), { ...OF_SMALL_BOWL, locale: 'en' }];
    expect(printed(snippets, { sku: 'BOWL-S' }, { locale: 'fr', reader: 'fr' })).toEqual({ care: 'Oil it a little' });
  });

  it('stand in place of those that a sample brings along', () => {
    const line = { sku: 'BOWL-S', snippets: { care: 'Of the sample', video: 'https://shop.example/v' } };
    expect(printed([OF_SMALL_BOWL], line)).toEqual({ care: 'Oil it a little', video: 'https://shop.example/v' });
  });

  it('leave variables alone that have no order', () => {
    const variables = { customer: { locale: 'en' }, order: null };
    expect(new SnippetBook([OF_BOWL]).fill(variables, 'en')).toBe(variables);
  });
});
