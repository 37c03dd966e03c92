import type { Snippet } from '#app/application';
import { readSnippetCsv, writeSnippetCsv } from './snippet-csv.js';

const TEXTS = [
  'Wash it; oil it',
  'by hand\tor not at all',
  'a, b',
  'Say "no"\nto the dishwasher;\nalways',
  '- cold; -',
];
const SNIPPETS: Snippet[] = TEXTS.map((text, index) => ({
  id: `${index}`,
  name: 'care',
  about: 'sku',
  product: `K-${index}`,
  locale: 'en',
  text,
  updatedAt: 0,
}));

async function* parts<T>(...all: readonly T[]): AsyncGenerator<T> {
  yield* all;
}

async function read(...written: readonly string[]): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const line of readSnippetCsv(parts(...written.map((part) => Buffer.from(part))))) lines.push(line);
  return lines;
}

describe('a list of snippets as CSV', () => {
  it('is read as it was written, whatever separates columns elsewhere', async () => {
    const written: string[] = [];
    for await (const part of writeSnippetCsv(parts(SNIPPETS))) written.push(part);
    expect(await read(...written)).toMatchObject(TEXTS.map((text) => ({ text: text.replace(/^-/, "'-") })));
  });

  it.each([
    ['name;sku;text\ncare;K-1;Oil it, often\n', 'Oil it, often'],
    ['\r\n"text"\t"name"\r\nOil it; often, please\tcare\r\n', 'Oil it; often, please'],
    ['name,"what; where",text\ncare,-,Oil it; often\n', 'Oil it; often'],
  ])('is separated as its first line is: %j', async (list, text) => {
    for (const split of [0, 3, list.indexOf('\n', 3) + 1])
      expect(await read(list.slice(0, split), list.slice(split))).toMatchObject([{ name: 'care', text }]);
  });
});
