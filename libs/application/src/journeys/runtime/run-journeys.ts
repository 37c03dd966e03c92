import { Injectable } from '@nestjs/common';
import {
  decide,
  type DomainEvent,
  enter,
  type EnterResult,
  type EventView,
  type Instant,
  type Json,
  type ShopFacts,
  toIso,
} from '#app/domain';
import { FactsReader, type FactsSubject } from '../../facts/facts.repository.js';
import { IdPort } from '../../ports/id.port.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import { type FoldedEvent, JourneyRuntime, type RuntimeReport } from '../journey-runtime.port.js';
import { type JourneyInForce, JourneyPlans } from './journey-plans.js';
import { RunBatch, TrackedRun } from './run-batch.js';
import { RunStore, type StoredRun } from './run-store.port.js';
import { RunWriter } from './run-writer.js';

type Entered = Extract<EnterResult, { entered: true }> & { readonly journey: JourneyInForce };

/** An event on its way through the batch, with the entries it causes where their keys allow it. */
interface Hearing {
  readonly folded: FoldedEvent;
  readonly view: EventView;
  readonly entries: readonly Entered[];
}

/** Moves and starts runs on events. Decides a whole batch in memory and writes it in a fixed number of statements. */
@Injectable()
export class RunJourneys extends JourneyRuntime {
  constructor(
    private readonly plans: JourneyPlans,
    private readonly runs: RunStore,
    private readonly facts: FactsReader,
    private readonly writer: RunWriter,
    private readonly ids: IdPort,
  ) {
    super();
  }

  async onEvents(
    tx: Transaction,
    shop: ShopFacts,
    now: Instant,
    events: readonly FoldedEvent[],
  ): Promise<RuntimeReport> {
    const batch = new RunBatch();
    if (events.length === 0) return this.writer.write(tx, shop.id, batch, now);
    const customerIds = [...new Set(events.map((folded) => folded.customerId))];
    // what doesn't wait for an answer shares a round trip
    const [live, waiting] = await Promise.all([this.plans.live(tx), this.runs.lockWaiting(tx, customerIds)]);
    const hearings = events.map((folded) => hear(folded, live, now));
    const wishes = hearings.flatMap(({ entries }) => entries.map(toWish));
    const [short, earlier] = await Promise.all([
      this.shortOfGoal(tx, customerIds, events, live),
      wishes.length === 0 ? [] : this.runs.earlierEntries(tx, wishes),
    ]);
    batch.knowEntries(earlier);
    await this.track(tx, batch, [...waiting, ...short]);
    await this.loadOwnOrders(tx, shop, batch, events);
    for (const hearing of hearings) {
      moveRuns(batch, hearing, now);
      for (const entry of hearing.entries) this.startRun(batch, hearing, entry, now);
    }
    return this.writer.write(tx, shop.id, batch, now);
  }

  private async shortOfGoal(
    tx: Transaction,
    customerIds: readonly string[],
    events: readonly FoldedEvent[],
    live: readonly JourneyInForce[],
  ): Promise<StoredRun[]> {
    const types = new Set(events.map((folded) => folded.event.type));
    const aimed = live
      .filter(({ plan }) => plan.goal && types.has(plan.goal.event))
      .map(({ version }) => version.journeyId);
    return aimed.length === 0 ? [] : this.runs.lockShortOfGoal(tx, customerIds, aimed);
  }

  private async track(tx: Transaction, batch: RunBatch, stored: readonly StoredRun[]): Promise<void> {
    const journeys = await this.plans.of(
      tx,
      stored.map((run) => run.versionId),
    );
    for (const run of stored) {
      const journey = journeys.get(run.versionId);
      if (journey) batch.track(new TrackedRun(run, journey, false, undefined));
    }
  }

  /** Events without an order reach runs that have one: those decide on the facts of their own order. */
  private async loadOwnOrders(
    tx: Transaction,
    shop: ShopFacts,
    batch: RunBatch,
    events: readonly FoldedEvent[],
  ): Promise<void> {
    const needy = new Set<TrackedRun>();
    for (const { customerId, orderId, event } of events) {
      if (orderId !== null) continue;
      for (const tracked of batch.concerned(customerId, null, event.type))
        if (tracked.run.orderId !== null) needy.add(tracked);
    }
    if (needy.size === 0) return;
    const runs = [...needy];
    const subjects: FactsSubject[] = runs.map(({ run }) => ({ customerId: run.customerId, orderId: run.orderId }));
    const snapshots = await this.facts.snapshots(tx, shop, subjects);
    for (const [index, tracked] of runs.entries()) tracked.snapshot = snapshots[index];
  }

  private startRun(batch: RunBatch, { folded }: Hearing, entered: Entered, now: Instant): void {
    const { journey, decision } = entered;
    const entryNumber = batch.nextEntryNumber(toWish(entered), journey.plan.document.entry.reentry);
    if (entryNumber === undefined) return;
    const run: StoredRun = {
      id: this.ids.next(),
      journeyId: journey.version.journeyId,
      versionId: journey.version.id,
      customerId: folded.customerId,
      orderId: folded.orderId,
      entryKey: entered.entryKey,
      entryNumber,
      runMonth: `${toIso(now).slice(0, 7)}-01`,
      startedAt: now,
      state: decision.run,
      isHeld: false,
    };
    const tracked = new TrackedRun(run, journey, true, folded.snapshot);
    batch.track(tracked);
    batch.apply(tracked, decision, folded.snapshot);
  }
}

function hear(folded: FoldedEvent, live: readonly JourneyInForce[], now: Instant): Hearing {
  const view = toView(folded.event);
  const entries: Entered[] = [];
  for (const journey of live) {
    if (journey.plan.trigger.event !== view.type) continue;
    const result = enter(journey.plan, view, folded.snapshot, now);
    if (result.entered) entries.push({ ...result, journey });
  }
  return { folded, view, entries };
}

function moveRuns(batch: RunBatch, { folded, view }: Hearing, now: Instant): void {
  for (const tracked of batch.concerned(folded.customerId, folded.orderId, view.type)) {
    const own = folded.orderId === null && tracked.run.orderId !== null ? tracked.snapshot : undefined;
    const snapshot = own ? { ...folded.snapshot, order: own.order, position: own.position } : folded.snapshot;
    const decision = decide(tracked.journey.plan, tracked.run.state, { type: 'event', event: view }, snapshot, now);
    batch.apply(tracked, decision, snapshot);
    if (folded.orderId !== null) tracked.snapshot = folded.snapshot;
  }
}

function toWish({ journey, entryKey }: Entered) {
  return { journeyId: journey.version.journeyId, entryKey };
}

/** What conditions may see of an event; the body came from JSON, so what is there is JSON. */
function toView({ id, type, occurredAt, data }: DomainEvent): EventView {
  return { id, type, occurredAt, data: data as unknown as Json };
}
