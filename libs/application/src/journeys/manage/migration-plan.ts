import { type Fault, type JourneyPlan, type Migration, PermanentError } from '#app/domain';

/** What becomes of runs that wait on earlier versions when a new one is published: by step, and for all steps it doesn't name. */
export interface MigrationPlan {
  readonly default: 'keep' | 'exit';
  readonly steps: Readonly<Record<string, Migration | { readonly action: 'keep' }>>;
}

export const KEEP_ALL: MigrationPlan = { default: 'keep', steps: {} };

/** What a run that waits at this step does; null: it stays on its version. */
export function migrationOf({ steps, default: rest }: MigrationPlan, step: string): Migration | null {
  const named = Object.hasOwn(steps, step) ? steps[step] : undefined;
  if (named) return named.action === 'keep' ? null : named;
  return rest === 'exit' ? { action: 'exit' } : null;
}

/** @throws PermanentError `journey.invalid` for a step that the new version doesn't have */
export function checkMigration(migration: MigrationPlan, plan: JourneyPlan): void {
  const faults = Object.entries(migration.steps).flatMap(([step, { action, ...rest }]): Fault[] => {
    if (action !== 'move' && action !== 'retime') return [];
    const to = 'to' in rest ? String(rest.to) : step;
    if (plan.steps.has(to)) return [];
    const pointer = `/migration/steps/${step}`;
    const remedy = `write one of ${[...plan.steps.keys()].join(', ')}, or exit or keep.`;
    return [{ pointer, code: 'step.unknown-target', message: `The new version has no step "${to}": ${remedy}` }];
  });
  if (faults.length === 0) return;
  throw new PermanentError('journey.invalid', 'The plan for the runs under way has faults. Nothing was published.', {
    faults,
  });
}
