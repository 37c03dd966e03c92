import { snippetFields } from '#app/contracts';
import { ANY_LANGUAGE } from './snippet-book.js';
import type { NewSnippet, ProductKey } from './snippet-store.port.js';

/** A line of a list as its fields were written; what isn't there is empty or left out. */
export interface SnippetLine {
  readonly line: number;
  readonly name?: string | undefined;
  readonly sku?: string | undefined;
  readonly productId?: string | undefined;
  readonly locale?: string | undefined;
  readonly text?: string | undefined;
}

const FIELDS = ['name', 'sku', 'productId', 'locale', 'text'] as const;

export interface SnippetLineFault {
  readonly line: number;
  readonly field: (typeof FIELDS)[number] | 'line';
  readonly message: string;
}

/** Spreadsheets keep a text from being computed by an apostrophe in front. */
const GUARD = /^'(?=[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/;

export function readSnippetLine({ line, ...written }: SnippetLine): NewSnippet | SnippetLineFault {
  const given = FIELDS.flatMap((field) => {
    const value = tidy((written[field] ?? '').replace(GUARD, ''));
    return value === '' ? [] : [[field, value] as const];
  });
  const read = snippetFields.safeParse(Object.fromEntries(given));
  if (read.success) return snippetOf(read.data);
  const [issue] = read.error.issues;
  const field = FIELDS.find((one) => one === issue?.path[0]) ?? 'line';
  if (field !== 'line' && !given.some(([name]) => name === field)) return { line, field, message: 'is empty' };
  return { line, field, message: issue?.message ?? 'cannot be read' };
}

/** As it is stored: without blanks around it, its lines ended in one way. */
export function snippetOf({ name, sku, productId, locale, text }: Omit<SnippetLine, 'line'>): NewSnippet {
  return {
    name: name ?? '',
    ...keyOfSnippet({ sku, productId }),
    locale: locale ?? ANY_LANGUAGE,
    text: tidy(text ?? ''),
  };
}

export function keyOfSnippet({ sku, productId }: Pick<SnippetLine, 'sku' | 'productId'>): ProductKey {
  if (sku !== undefined) return { about: 'sku', product: sku.trim() };
  return productId === undefined ? { about: 'any', product: '' } : { about: 'product', product: productId.trim() };
}

function tidy(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').trim();
}
