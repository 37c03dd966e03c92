import type { Fault } from '../errors.js';
import type { JourneyDocument } from './document.js';
import { END, type PlannedStep } from './plan.js';

/** Steps that no run reaches, and loops that take no time. Expects targets that exist. */
export function graphFaults(steps: readonly PlannedStep[]): Fault[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const reached = reachable(steps, byId);
  const unreached = steps.flatMap((step, index) => (reached.has(step.id) ? [] : [unreachable(step, index)]));
  const loop = timelessLoop(steps, byId);
  return loop ? [...unreached, endless(loop, steps)] : unreached;
}

/** Marketing that a run may get without ever having been drawn for the hold-out, unless its author does without one. */
export function holdOutFaults(
  steps: readonly PlannedStep[],
  document: Pick<JourneyDocument, 'class' | 'holdOut'>,
): Fault[] {
  if (document.class !== 'marketing' || document.holdOut === 'none') return [];
  const undrawn = reachable(
    steps,
    new Map(steps.map((step) => [step.id, step])),
    (step) => step.kind.holdsOut !== true,
  );
  return steps.flatMap(({ id, kind, settings }, index) => {
    const sends = (kind.templates?.(settings).length ?? 0) > 0;
    return sends && undrawn.has(id) && kind.holdsOut !== true ? [noHoldOut(id, index)] : [];
  });
}

function successors({ kind, settings, next }: PlannedStep): readonly string[] {
  const jumps = kind.targets?.(settings) ?? [];
  return kind.fallsThrough?.(settings) === false ? jumps : [...jumps, next];
}

function reachable(
  steps: readonly PlannedStep[],
  byId: ReadonlyMap<string, PlannedStep>,
  leadsOn: (step: PlannedStep) => boolean = () => true,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = steps.slice(0, 1);
  for (let step = open.pop(); step; step = open.pop()) {
    if (reached.has(step.id)) continue;
    reached.add(step.id);
    if (!leadsOn(step)) continue;
    for (const id of successors(step)) {
      const successor = byId.get(id);
      if (successor) open.push(successor);
    }
  }
  return reached;
}

/** A cycle among the steps that may pass at once; found by removing what no such cycle can hold. */
function timelessLoop(
  steps: readonly PlannedStep[],
  byId: ReadonlyMap<string, PlannedStep>,
): readonly PlannedStep[] | undefined {
  const after = (step: PlannedStep): PlannedStep[] =>
    successors(step).flatMap((id) => (id === END ? [] : (byId.get(id) ?? [])));
  let left = new Set(steps.filter(({ kind, settings }) => kind.alwaysWaits?.(settings) !== true));
  for (;;) {
    const entered = new Set([...left].flatMap(after));
    const kept = new Set([...left].filter((step) => entered.has(step) && after(step).some((next) => left.has(next))));
    if (kept.size === left.size) return kept.size === 0 ? undefined : [...kept];
    left = kept;
  }
}

function unreachable({ id }: PlannedStep, index: number): Fault {
  return {
    pointer: `/steps/${index}`,
    code: 'step.unreachable',
    message: `No step leads to "${id}"; name it as another step's next, or remove it.`,
  };
}

function noHoldOut(id: string, index: number): Fault {
  return {
    pointer: `/steps/${index}`,
    code: 'journey.no-hold-out',
    message: `A run can reach "${id}" without a hold-out, so what marketing brings in couldn't be measured; put a hold-out step before it, or write holdOut: none.`,
  };
}

function endless(loop: readonly PlannedStep[], steps: readonly PlannedStep[]): Fault {
  const ids = loop.map(({ id }) => id).join(', ');
  return {
    pointer: `/steps/${steps.indexOf(loop[0] as PlannedStep)}`,
    code: 'journey.endless',
    message: `A run can go round ${ids} without waiting; put a wait with a duration into the loop.`,
  };
}
