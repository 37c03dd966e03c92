import { type Page, type PageRequest, toPage } from '#app/application';
import { PermanentError } from '#app/domain';

/**
 * The page condition of a list ordered by (created_at, id): the row after which to go on is looked up by its id, so the cursor
 * needs nothing else. An id that isn't there gives an empty page.
 * @param table name of the table, `created_at` and `id` are its columns
 * @param place number of the parameter that holds `page.after`
 */
export function afterCreated(
  table: string,
  place: number,
  page: PageRequest,
  direction: 'asc' | 'desc' = 'asc',
): string {
  if (page.after === null) return `($${place}::uuid is null)`;
  const sign = direction === 'asc' ? '>' : '<';
  return `(t.created_at, t.id) ${sign} (select c.created_at, c.id from ${table} c where c.id = $${place}::uuid)`;
}

/** Rows were read with `limit + 1`. */
export function pageOf<Row, T extends { readonly id: string }>(
  rows: readonly Row[],
  page: PageRequest,
  map: (row: Row) => T,
): Page<T> {
  return toPage(rows.map(map), page.limit);
}

/** Names a row by what its list is ordered by; none of it holds a `|`. */
export function writeCursor(...place: readonly (string | number)[]): string {
  return Buffer.from(place.join('|')).toString('base64url');
}

/**
 * What `writeCursor` was given. `form`: of a cursor of this list, with `|` between its parts.
 * @throws PermanentError `validation`
 */
export function readCursor(cursor: string, form: RegExp): string[] {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (form.test(text) && Buffer.from(text).toString('base64url') === cursor) return text.split('|');
  const message = 'is no cursor of this list; send the `next` of the page before, unchanged';
  throw new PermanentError('validation', `The cursor ${message}.`, {
    faults: [{ pointer: '/cursor', code: 'format', message }],
  });
}
