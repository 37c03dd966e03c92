import type { Snippet, SnippetLine, SnippetLineFault } from '#app/application';
import { toIso } from '#app/domain';
import { stringify } from 'csv-stringify/sync';
import { CUT_OFF, readCsvRows, strangeColumns } from './csv-rows.js';

/** What we and others call the columns. */
const COLUMNS: ReadonlyMap<string, keyof Omit<SnippetLine, 'line'>> = new Map([
  ['name', 'name'],
  ['snippet', 'name'],
  ['sku', 'sku'],
  ['product_id', 'productId'],
  ['product id', 'productId'],
  ['productid', 'productId'],
  ['locale', 'locale'],
  ['language', 'locale'],
  ['text', 'text'],
]);
const HEADING = ['name', 'sku', 'product_id', 'locale', 'text', 'updated_at'];

/**
 * The lines of a list, whatever its delimiter; a text may have several.
 * @throws PermanentError `validation` when no columns hold names and texts, or a line is too long for one
 */
export async function* readSnippetCsv(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<SnippetLine | SnippetLineFault> {
  for await (const { record, line } of readCsvRows(bytes, columnsOf))
    yield record === null ? { line, field: 'line', message: CUT_OFF } : { ...record, line };
}

function columnsOf(heading: readonly string[]): (string | undefined)[] {
  const names = heading.map((name) => COLUMNS.get(name.trim().toLowerCase()));
  if (names.includes('name') && names.includes('text')) return names;
  throw strangeColumns(
    'The first line must name the columns, "name" and "text" among them; the others are sku, product_id and locale.',
  );
}

/** Values that a spreadsheet would compute get an apostrophe in front, which an import takes off again. */
export async function* writeSnippetCsv(parts: AsyncIterable<readonly Snippet[]>): AsyncGenerator<string> {
  yield stringify([HEADING]);
  for await (const part of parts) yield stringify(part.map(fieldsOf), { escape_formulas: true });
}

function fieldsOf({ name, about, product, locale, text, updatedAt }: Snippet): string[] {
  return [name, about === 'sku' ? product : '', about === 'product' ? product : '', locale, text, toIso(updatedAt)];
}
