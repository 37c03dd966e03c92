import {
  decide,
  type DomainEvent,
  enter,
  type EnterResult,
  type EventView,
  type Instant,
  type Json,
  startsBy,
  toIso,
} from '#app/domain';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import type { FoldedEvent, RefusedEntry } from '../journey-runtime.port.js';
import type { JourneyInForce, JourneyPlans } from './journey-plans.js';
import { type RunBatch, TrackedRun } from './run-batch.js';
import type { EntryWish, RunStore, StoredRun } from './run-store.port.js';

export type Entered = Extract<EnterResult, { entered: true }> & { readonly journey: JourneyInForce };

/** An event on its way through the batch, with the entries it causes where their keys allow it. */
export interface Hearing {
  readonly folded: FoldedEvent;
  readonly view: EventView;
  readonly entries: readonly Entered[];
  readonly refusals: readonly { readonly journey: JourneyInForce; readonly refused: RefusedEntry }[];
}

/** What an event starts of these journeys, by the facts right after it. */
export function hear(folded: FoldedEvent, live: readonly JourneyInForce[], now: Instant): Hearing {
  const view = toView(folded.event);
  const { receivedAt } = folded.event;
  const entries: Entered[] = [];
  const refusals: { journey: JourneyInForce; refused: RefusedEntry }[] = [];
  for (const journey of live) {
    if (!startsBy(journey.plan, view)) continue;
    // fields stand before what is spread, here and wherever much is decided: behind it each costs the engine far more
    const result = enter(journey.plan, { receivedAt, ...view }, folded.snapshot, now);
    if (result.entered) entries.push({ journey, ...result });
    else refusals.push({ journey, refused: { reason: result.reason, detail: result.detail } });
  }
  return { folded, view, entries, refusals };
}

/** Tells the event to the runs that it concerns. */
export function moveRuns(batch: RunBatch, { folded, view }: Hearing, now: Instant): void {
  const beside = new Set(batch.concernedBeside(folded));
  for (const tracked of batch.concerned(folded)) {
    const own = beside.has(tracked) ? tracked.snapshot : undefined;
    const told = own ? { ...folded.snapshot, order: own.order, position: own.position } : folded.snapshot;
    const snapshot = batch.seen(folded.customerId, told);
    const decision = decide(tracked.journey.plan, tracked.run.state, { type: 'event', event: view }, snapshot, now);
    batch.apply(tracked, decision, snapshot);
    if (folded.orderId !== null && !beside.has(tracked)) tracked.snapshot = folded.snapshot;
  }
}

/** Puts stored runs into the batch, each with the version that it is pinned to. */
export async function trackStored(
  tx: Transaction,
  plans: JourneyPlans,
  batch: RunBatch,
  stored: readonly StoredRun[],
): Promise<void> {
  const journeys = await plans.of(
    tx,
    stored.map((run) => run.versionId),
  );
  for (const run of stored) {
    const journey = journeys.get(run.versionId);
    if (journey) batch.track(new TrackedRun(run, journey, false, undefined));
  }
}

/** Before people enter journeys that limit their runs: how many each has under way, which only this batch changes from now on. */
export async function countUnderWay(
  tx: Transaction,
  runs: RunStore,
  batch: RunBatch,
  entering: readonly { readonly entered: Entered; readonly customerId: string }[],
): Promise<void> {
  const asked = entering.flatMap(({ entered: { journey }, customerId }) =>
    journey.plan.document.entry.limit === undefined ? [] : [{ journeyId: journey.version.journeyId, customerId }],
  );
  if (asked.length > 0) batch.knowUnderWay(await runs.lockUnderWay(tx, asked));
}

export function toWish({ journey, entryKey }: Entered): EntryWish {
  return { journeyId: journey.version.journeyId, entryKey };
}

/** What conditions may see of an event; the body came from JSON, so what is there is JSON. */
export function toView({ id, type, occurredAt, data }: DomainEvent): EventView {
  return { id, type, occurredAt, data: data as unknown as Json };
}

/** Whose run an entry makes. */
export type Subject = Pick<FoldedEvent, 'customerId' | 'orderId' | 'snapshot'>;

/** Starts the run of an entry, unless its key was used before or the person has too many under way. `id`: of the new run. */
export function startRun(
  batch: RunBatch,
  { folded: { customerId, orderId, snapshot } }: { readonly folded: Subject },
  entered: Entered,
  now: Instant,
  id: string,
): TrackedRun | RefusedEntry {
  const { journey, decision } = entered;
  const { reentry, limit } = journey.plan.document.entry;
  const entryNumber = batch.nextEntryNumber(toWish(entered), reentry);
  if (entryNumber === undefined) return { reason: 'entered-before', detail: entered.entryKey };
  if (limit !== undefined && batch.underWay({ journeyId: journey.version.journeyId, customerId }) >= limit)
    return { reason: 'limit', detail: `${limit} under way` };
  const run: StoredRun = {
    id,
    journeyId: journey.version.journeyId,
    versionId: journey.version.id,
    customerId,
    orderId,
    entryKey: entered.entryKey,
    entryNumber,
    runMonth: `${toIso(now).slice(0, 7)}-01`,
    startedAt: now,
    state: decision.run,
    isHeld: false,
  };
  const tracked = new TrackedRun(run, journey, true, snapshot);
  batch.track(tracked);
  batch.apply(tracked, decision, snapshot);
  return tracked;
}
