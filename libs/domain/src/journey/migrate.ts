import type { FactsSnapshot } from '../facts/view.js';
import type { Instant } from '../time/instant.js';
import type { JourneyPlan } from './plan.js';
import type { Decision, RunState } from './run.js';
import { RunWalk } from './run-walk.js';

/**
 * What becomes of a run that waits on an earlier version. `move`: it leaves its wait and enters a step of the new version.
 * `retime`: it waits at the same step of the new version, counted from when its wait began. `exit`: it ends.
 */
export type Migration =
  | { readonly action: 'move'; readonly to: string }
  | { readonly action: 'retime' }
  | { readonly action: 'exit' };

/**
 * Takes a waiting run over to a new version. Pure; a run that doesn't wait stays as it is.
 * @param plan the new version, numbered `version`
 */
export function migrate(
  plan: JourneyPlan,
  run: RunState,
  migration: Migration,
  version: number,
  snapshot: FactsSnapshot,
  now: Instant,
): Decision {
  const walk = new RunWalk(plan, run, run.entry, snapshot, now);
  const { step, visit, at } = run;
  if (run.status !== 'waiting' || step === null) return walk.decision;
  if (migration.action === 'exit') {
    walk.set({ at: Math.max(at, now) });
    walk.finish('exited', `published:${version}`, { visit });
    return walk.decision;
  }
  const to = migration.action === 'move' ? migration.to : step;
  // a wait that is re-timed still counts from the time that the run had reached when it began
  if (migration.action === 'move') walk.set({ at: Math.max(at, now) });
  walk.write('moved', { action: migration.action, version, to });
  walk.arrive(to);
  return walk.decision;
}

/**
 * Puts a run that was taken over back to where it waited before. The visit gets a number of its own, as every stay at a step has.
 * @param plan the version that it came from, numbered `version`; `before`: the run as it was
 */
export function takeBack(
  plan: JourneyPlan,
  run: RunState,
  before: RunState,
  version: number,
  snapshot: FactsSnapshot,
  now: Instant,
): Decision {
  const walk = new RunWalk(plan, run, run.entry, snapshot, now);
  walk.write('moved', { action: 'undo', version, to: before.step });
  walk.waitAgain(before);
  return walk.decision;
}
