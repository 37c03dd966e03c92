import { type Page, type PageRequest, toPage } from '#app/application';

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
