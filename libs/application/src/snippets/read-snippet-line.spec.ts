import { readSnippetLine } from './read-snippet-line.js';

const read = (fields: object) => readSnippetLine({ line: 7, name: 'care', text: 'Oil it', ...fields });

describe('a line of a list of snippets', () => {
  it.each([
    [{ sku: ' K-1 ' }, { about: 'sku', product: 'K-1' }],
    [
      { sku: '', productId: '77' },
      { about: 'product', product: '77' },
    ],
    [
      { sku: ' ', productId: '' },
      { about: 'any', product: '' },
    ],
  ])('with %j is about one thing', (fields, key) => {
    expect(read(fields)).toEqual({ name: 'care', ...key, locale: 'default', text: 'Oil it' });
  });

  it('keeps the lines of a text, and loses the apostrophe of a spreadsheet', () => {
    expect(read({ text: " '- by hand\r\n- cold " })).toMatchObject({ text: "'- by hand\n- cold" });
    expect(read({ text: "'- by hand\r\n- cold " })).toMatchObject({ text: '- by hand\n- cold' });
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ name: 'Care instructions' }, 'name'],
    [{ text: ' \n' }, 'text'],
    [{ text: 'x'.repeat(2_001) }, 'text'],
    [{ text: 'a\u0000b' }, 'text'],
    [{ locale: 'English' }, 'locale'],
    [{ sku: 'x'.repeat(256) }, 'sku'],
    [{ sku: 'K-1', productId: '77' }, 'productId'],
  ])('says what is wrong with %j', (fields, field) => {
    expect(read(fields)).toMatchObject({ line: 7, field, message: expect.stringMatching(/\S/) as unknown });
  });
});
