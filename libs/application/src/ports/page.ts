/** Which part of a list is wanted. Lists are ordered, and the id of the last item read marks the place. */
export interface PageRequest {
  /** 1 to 100. */
  readonly limit: number;
  /** Id of the last item of the page before; null for the first page. */
  readonly after: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Id to go on after; null when this is the last page. */
  readonly next: string | null;
}

/** A page out of rows that were read with `limit + 1`: the one too many says that there is more. */
export function toPage<T extends { readonly id: string }>(rows: readonly T[], limit: number): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? last.id : null };
}
