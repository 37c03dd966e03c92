import type { Page, PageRequest } from '#app/application';
import type { PageQuery } from '#app/contracts';
import { PermanentError } from '#app/domain';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const GROUPS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;
const ID_BYTES = 16;

/** @throws PermanentError `validation` for a cursor that no page of ours gave */
export function pageRequestOf({ cursor, limit }: PageQuery): PageRequest {
  return { limit, after: cursor === undefined ? null : idOf(cursor) };
}

/** The page as it goes out: items mapped, the place to go on from as an opaque cursor. */
export function answerPage<T, Out>(
  { items, next }: Page<T>,
  map: (item: T) => Out,
): { items: Out[]; next: string | null } {
  return { items: items.map(map), next: next === null ? null : cursorOf(next) };
}

function cursorOf(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

function idOf(cursor: string): string {
  const bytes = Buffer.from(cursor, 'base64url');
  const id = bytes.toString('hex').replace(GROUPS, '$1-$2-$3-$4-$5');
  if (bytes.length === ID_BYTES && UUID.test(id) && bytes.toString('base64url') === cursor) return id;
  throw strangeCursor();
}

/**
 * A page of a short list that is at hand as a whole, such as the journeys of a shop.
 * @param keyOf what the list is ordered by, ascending and unique
 */
export function pageThrough<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { cursor, limit }: PageQuery,
): { items: T[]; next: string | null } {
  const after = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString('utf8');
  if (after !== undefined && Buffer.from(after, 'utf8').toString('base64url') !== cursor) throw strangeCursor();
  const rest = after === undefined ? all : all.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    next: rest.length > limit && last !== undefined ? Buffer.from(keyOf(last), 'utf8').toString('base64url') : null,
  };
}

function strangeCursor(): PermanentError {
  const message = 'is no cursor of this list; send the `next` of the page before, unchanged';
  return new PermanentError('validation', `The cursor ${message}.`, {
    faults: [{ pointer: '/cursor', code: 'format', message }],
  });
}
