import { Injectable } from '@nestjs/common';
import {
  type Instant,
  isOwnEvent,
  type OrderFacts,
  type ShopFacts,
  withWrittenFacts,
  type WrittenFacts,
} from '#app/domain';
import { FactsReader, type FactsSubject } from '../../facts/facts.repository.js';
import { IdPort } from '../../ports/id.port.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import {
  type EntryOutcome,
  type EventsReport,
  type FoldedEvent,
  JourneyRuntime,
  type RefusedEntry,
} from '../journey-runtime.port.js';
import { countUnderWay, hear, type Hearing, moveRuns, startRun, toWish, trackStored } from './hearing.js';
import { type JourneyInForce, JourneyPlans } from './journey-plans.js';
import { RunBatch, TrackedRun } from './run-batch.js';
import { RunStore, type StoredRun } from './run-store.port.js';
import { RunWriter } from './run-writer.js';

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
  ): Promise<EventsReport> {
    const batch = new RunBatch();
    if (events.length === 0) return { ...(await this.writer.write(tx, shop.id, batch, now)), entries: [] };
    const customerIds = [...new Set(events.map((folded) => folded.customerId))];
    // what doesn't wait for an answer shares a round trip
    const [live, waiting, written] = await Promise.all([
      this.plans.enterable(tx),
      this.runs.lockWaiting(tx, customerIds),
      this.facts.written(tx, customerIds),
    ]);
    batch.live = live;
    const hearings = events.map((folded) => hear(withWhatIsWritten(folded, written), live, now));
    const wishes = hearings.flatMap(({ entries }) => entries.map(toWish));
    const [short, earlier] = await Promise.all([
      this.shortOfGoal(tx, customerIds, events, live),
      wishes.length === 0 ? [] : this.runs.earlierEntries(tx, wishes),
    ]);
    batch.knowEntries(earlier);
    await trackStored(tx, this.plans, batch, [...waiting, ...short]);
    batch.holdsRunsOf(customerIds);
    await this.loadOwnOrders(tx, shop, batch, events);
    await countUnderWay(tx, this.runs, batch, hearings.flatMap(entering));
    const entries: EntryOutcome[] = [];
    for (const heard of hearings) {
      const { customerId, event } = heard.folded;
      if (batch.hasLinksOf(customerId)) await this.writer.follow(tx, batch, now);
      const hearing = batch.hasLearned(customerId) ? await this.hearAgain(tx, batch, heard, now) : heard;
      moveRuns(batch, hearing, now);
      entries.push(...this.admit(batch, hearing, now));
      if (!isOwnEvent(event.type)) batch.told.push(hearing.folded);
    }
    const report = await this.writer.write(tx, shop.id, batch, now);
    const erased = events.filter(({ event }) => event.type === 'customer.redacted');
    if (erased.length > 0)
      await this.runs.suppressErased(
        tx,
        erased.map(({ customerId }) => customerId),
      );
    return { ...report, entries };
  }

  private admit(batch: RunBatch, hearing: Hearing, now: Instant): EntryOutcome[] {
    const { folded, entries, refusals } = hearing;
    const outcome = (journey: JourneyInForce, result: TrackedRun | RefusedEntry): EntryOutcome => {
      const isRun = result instanceof TrackedRun;
      const about = { eventId: folded.event.id, journey: journey.version.key };
      return { ...about, run: isRun ? result.run.id : null, refused: isRun ? null : result };
    };
    return [
      ...refusals.map(({ journey, refused }) => outcome(journey, refused)),
      ...entries.map((entry) => outcome(entry.journey, startRun(batch, hearing, entry, now, this.ids.next()))),
    ];
  }

  /** An event after which a journey of this very batch has changed what is known of the person. */
  private async hearAgain(tx: Transaction, batch: RunBatch, { folded }: Hearing, now: Instant): Promise<Hearing> {
    const snapshot = batch.seen(folded.customerId, folded.snapshot);
    const hearing = hear({ ...folded, snapshot }, batch.live ?? [], now);
    const wishes = hearing.entries.map(toWish).filter((wish) => !batch.knowsEntry(wish));
    if (wishes.length > 0) batch.knowEntries(await this.runs.earlierEntries(tx, wishes));
    await countUnderWay(tx, this.runs, batch, entering(hearing));
    return hearing;
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

  /**
   * Events without an order, and new orders, reach runs of other orders: those decide on the facts of their own, as they stood before
   * the batch. What is stored already holds the news that comes later in it.
   */
  private async loadOwnOrders(
    tx: Transaction,
    shop: ShopFacts,
    batch: RunBatch,
    events: readonly FoldedEvent[],
  ): Promise<void> {
    const needy = new Set<TrackedRun>();
    for (const folded of events) for (const tracked of batch.concernedBeside(folded)) needy.add(tracked);
    if (needy.size === 0) return;
    const runs = [...needy];
    const subjects: FactsSubject[] = runs.map(({ run }) => ({ customerId: run.customerId, orderId: run.orderId }));
    const snapshots = await this.facts.snapshots(tx, shop, subjects);
    const before = ordersBefore(events);
    for (const [index, tracked] of runs.entries()) {
      const stored = snapshots[index];
      const order = before.get(tracked.run.orderId) ?? stored?.order ?? null;
      tracked.snapshot = stored && { ...stored, order };
    }
  }
}

function entering({ folded: { customerId }, entries }: Hearing) {
  return entries.map((entered) => ({ entered, customerId }));
}

/** What was known before the batch of those orders that it tells of. */
function ordersBefore(events: readonly FoldedEvent[]): ReadonlyMap<string | null, OrderFacts> {
  const before = new Map<string | null, OrderFacts>();
  for (const { orderId, orderBefore } of events)
    if (orderBefore && !before.has(orderId)) before.set(orderId, orderBefore);
  return before;
}

function withWhatIsWritten(folded: FoldedEvent, written: ReadonlyMap<string, WrittenFacts>): FoldedEvent {
  return { ...folded, snapshot: withWrittenFacts(folded.snapshot, written.get(folded.customerId)) };
}
