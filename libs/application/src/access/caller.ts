import type { Grant } from '#app/domain';

/** Who calls: a key of a shop, or a member of its team. */
export interface Caller extends Grant {
  readonly shopId: string;
  readonly kind: 'key' | 'member';
  readonly id: string;
}

/** As the audit log names them. */
export function nameOf({ kind, id }: Pick<Caller, 'kind' | 'id'>): string {
  return `${kind}:${id}`;
}
