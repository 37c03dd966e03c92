import type { FactsSnapshot } from '../facts/view.js';
import type { Instant } from '../time/instant.js';
import type { JourneyPlan } from './plan.js';
import type { Decision, RunState } from './run.js';
import { RunWalk } from './run-walk.js';

/** `shift`: its wait takes longer by as much of the pause as fell into it. `exit`: it ends. */
export type OverdueChoice = 'shift' | 'exit';

/**
 * What becomes of a run whose wait ended while its journey was paused. A wait that is shifted is worked out anew, so that it ends in
 * an open window, on a working day and no earlier than a date in the facts. Pure; a run that doesn't wait stays as it is.
 */
export function settleOverdue(
  plan: JourneyPlan,
  run: RunState,
  choice: OverdueChoice,
  pausedSince: Instant,
  snapshot: FactsSnapshot,
  now: Instant,
): Decision {
  const walk = new RunWalk(plan, run, run.entry, snapshot, now);
  const { step, visit, at } = run;
  if (run.status !== 'waiting' || step === null) return walk.decision;
  if (choice === 'exit') {
    walk.set({ at: Math.max(at, now) });
    walk.finish('exited', 'resumed:overdue', { visit });
    return walk.decision;
  }
  const byMs = Math.max(0, now - Math.max(pausedSince, at));
  walk.write('moved', { action: 'shift', byMs, to: step });
  walk.set({ at: at + byMs });
  walk.arrive(step);
  return walk.decision;
}
