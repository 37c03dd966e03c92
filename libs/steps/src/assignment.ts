import type { Act } from '#app/domain';

/** Notes the arm of a person who was in `earlier` before. */
export function assignment(arm: string, earlier: string | null): Act {
  return { type: 'assign', arm, ...(earlier === null || earlier === arm ? {} : { replaces: earlier }) };
}
