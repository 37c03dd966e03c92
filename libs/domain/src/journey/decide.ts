import { PermanentError } from '../errors.js';
import { isErased } from '../facts/facts.js';
import type { EventView, FactsSnapshot, Json } from '../facts/view.js';
import { isOwnEvent } from '../event/event.js';
import { addDuration, type Instant, type IsoInstant, toInstant, toIso } from '../time/instant.js';
import { periodOf } from './occasions.js';
import type { JourneyPlan, PlannedPattern } from './plan.js';
import type { Decision, RunInput, RunState } from './run.js';
import { RunWalk, type WaitState } from './run-walk.js';

export type EnterResult =
  | { readonly entered: true; readonly entryKey: string; readonly decision: Decision }
  | { readonly entered: false; readonly reason: EntryRefusal; readonly detail?: string };

/** `stale`: news of a parcel that came too late to let anybody in. */
export type EntryRefusal = 'erased' | 'where' | 'stale' | 'audience' | 'entry-key';

/** An event as a journey hears of it; without `receivedAt` it is heard when it happens. */
export interface HeardEvent extends EventView {
  readonly receivedAt?: IsoInstant;
}

/** News of a parcel that is received later than this lets nobody in. It moves facts and runs under way all the same. */
export const STALE_AFTER_HOURS = 72;

/** Longest entry key that is stored. */
const MAX_ENTRY_KEY_CHARS = 200;

/**
 * Lets a person in when trigger and audience hold, and takes the first steps. Whether the entry key was used before is the
 * caller's to check: the decision is only worth something when this key is new.
 */
export function enter(
  plan: JourneyPlan,
  { receivedAt, ...event }: HeardEvent,
  snapshot: FactsSnapshot,
  now: Instant,
): EnterResult {
  if (isErased(snapshot.customer)) return { entered: false, reason: 'erased' };
  const run = newRun(event, now);
  const walk = new RunWalk(plan, run, event, snapshot, now);
  if (!startsBy(plan, event) || !matches(plan.trigger, event, walk)) return refused('where', walk);
  if (isStale(event, receivedAt)) return { entered: false, reason: 'stale' };
  if (plan.audience !== null && !walk.facts.holds(plan.audience, run)) return refused('audience', walk);
  const key = entryKeyOf(plan, walk);
  if (typeof key !== 'string') return { entered: false, reason: 'entry-key', detail: key.problem };
  return { entered: true, entryKey: key, decision: start(plan, walk, key) };
}

/**
 * The only place where a journey thinks: what a run does when it is told something. Pure; the same input gives the same decision.
 * A stale wake, an event that concerns nothing and anything told to a run that is over change nothing (a goal is still noted).
 * Whatever a run is told after its person was erased, it ends.
 */
export function decide(
  plan: JourneyPlan,
  run: RunState,
  input: RunInput,
  snapshot: FactsSnapshot,
  now: Instant,
): Decision {
  const event = input.type === 'woke' ? run.entry : input.event;
  const walk = new RunWalk(plan, run, event, snapshot, now);
  if (isErased(snapshot.customer)) {
    if (run.status === 'waiting') end(walk, 'erased', now);
    return walk.decision;
  }
  if (input.type === 'entered') return run.status === 'active' && run.step === null ? start(plan, walk) : walk.decision;
  if (input.type === 'woke') wake(walk, input.dueAt);
  else hear(plan, walk, input.event, now);
  return walk.decision;
}

/** Whether a journey begins by such an event, whatever its conditions say. */
export function startsBy({ trigger }: JourneyPlan, { type, data }: Pick<EventView, 'type' | 'data'>): boolean {
  if (type !== trigger.event) return false;
  if (trigger.journey === null || !isOwnEvent(type)) return true;
  return typeof data === 'object' && data !== null && 'journey' in data && data.journey === trigger.journey;
}

/** Whether a segment holds for a person at this time. */
export function isInSegment(plan: JourneyPlan, event: EventView, snapshot: FactsSnapshot, now: Instant): boolean {
  const run = newRun(event, now);
  return matches(plan.trigger, event, new RunWalk(plan, run, event, snapshot, now));
}

export function isStale(event: Pick<EventView, 'type' | 'occurredAt'>, receivedAt: IsoInstant | undefined): boolean {
  if (receivedAt === undefined || !event.type.startsWith('shipment.')) return false;
  return toInstant(receivedAt) - toInstant(event.occurredAt) > STALE_AFTER_HOURS * 3_600_000;
}

/**
 * The entry key as it is stored, of what its expression gave: where it counts within a period, that period stands behind it. Null for
 * what is no key: an empty or endless text, or no text at all.
 */
export function entryKeyIn(plan: JourneyPlan, value: Json | undefined, at: Instant, shopZone: string): string | null {
  const { per } = plan.document.entry;
  const key = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  if (key === '' || key.length > MAX_ENTRY_KEY_CHARS) return null;
  return per === undefined ? key : `${key}|${periodOf(at, per, shopZone)}`;
}

function newRun(entry: EventView, now: Instant): RunState {
  return {
    status: 'active',
    step: null,
    visit: 0,
    stepState: null,
    at: Math.min(toInstant(entry.occurredAt), now),
    seq: 0,
    entry,
    goalAt: null,
    endReason: null,
  };
}

function end(walk: RunWalk, reason: string, now: Instant): void {
  walk.set({ at: Math.max(walk.state.at, now) });
  walk.finish('exited', reason);
}

function start(plan: JourneyPlan, walk: RunWalk, key?: string): Decision {
  const { entry } = walk.state;
  walk.write('entered', {
    event: entry.type,
    eventId: entry.id,
    ...(key === undefined ? {} : { key }),
    ...walk.facts.takeAsked(),
  });
  walk.arrive(plan.first);
  return walk.decision;
}

function matches({ event: type, where }: PlannedPattern, event: EventView, walk: RunWalk): boolean {
  return event.type === type && (where === null || walk.facts.holds(where, walk.state));
}

function refused(reason: 'where' | 'audience', walk: RunWalk): EnterResult {
  const { conditions } = walk.facts.takeAsked();
  return { entered: false, reason, ...(conditions === undefined ? {} : { detail: JSON.stringify(conditions) }) };
}

function entryKeyOf(plan: JourneyPlan, walk: RunWalk): string | { readonly problem: string } {
  try {
    const value = walk.facts.evaluate(plan.entryKey, walk.state);
    const key = entryKeyIn(plan, value, walk.state.at, walk.facts.shopZone);
    if (key !== null) return key;
    return {
      problem: `${plan.entryKey} gives ${JSON.stringify(value).slice(0, 60)}; an entry key is a text of 1 to ${MAX_ENTRY_KEY_CHARS} characters.`,
    };
  } catch (cause) {
    if (!(cause instanceof PermanentError)) throw cause;
    return { problem: cause.message };
  }
}

/** Timers may be rung twice or after the wait was re-timed: only the time that is waited for counts. */
function wake(walk: RunWalk, dueAt: Instant): void {
  const { status, stepState, at } = walk.state;
  if (status !== 'waiting') return;
  const { until } = stepState as unknown as WaitState;
  if (until === null || dueAt < until) return;
  walk.set({ at: Math.max(at, dueAt) });
  walk.write('woke', { dueAt: toIso(dueAt) });
  walk.resume((step, context, own) => step.kind.wake?.(step.settings, context, own) ?? { type: 'continue' });
}

function hear(plan: JourneyPlan, walk: RunWalk, event: EventView, now: Instant): void {
  noteGoal(plan, walk, event);
  const { status, at } = walk.state;
  if (status !== 'waiting') return;
  const heardAt = Math.max(at, Math.min(toInstant(event.occurredAt), now));
  const heard = { event: event.type, eventId: event.id };
  if (plan.exitOn.some((pattern) => matches(pattern, event, walk))) {
    walk.set({ at: heardAt });
    walk.write('event', { ...heard, ...walk.facts.takeAsked() });
    walk.finish('exited', `exit:${event.type}`);
    return;
  }
  walk.facts.takeAsked();
  // the step decides at the event's time; when it lets the event pass, the run stays as it was
  walk.set({ at: heardAt });
  const moved = walk.resume(
    (step, context, own) => step.kind.onEvent?.(step.settings, context, event, own),
    (asked) => walk.write('event', { ...heard, ...asked }),
  );
  if (!moved) walk.set({ at });
}

/** The first goal event within its time of entry counts; it ends nothing. */
function noteGoal(plan: JourneyPlan, walk: RunWalk, event: EventView): void {
  const { goal } = plan;
  const { goalAt, entry } = walk.state;
  if (!goal || goalAt !== null || event.type !== goal.event) return;
  const enteredAt = toInstant(entry.occurredAt);
  const occurredAt = toInstant(event.occurredAt);
  if (occurredAt < enteredAt || occurredAt > addDuration(enteredAt, goal.within, walk.facts.zone)) return;
  if (!matches(goal, event, walk)) return;
  walk.set({ goalAt: toIso(occurredAt) });
  walk.write('goal', { event: event.type, eventId: event.id, ...walk.facts.takeAsked() }, occurredAt);
}
