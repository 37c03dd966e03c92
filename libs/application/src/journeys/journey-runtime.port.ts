import type { DomainEvent, EntryRefusal, FactsSnapshot, Instant, Medium, OrderFacts, ShopFacts } from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** An event whose person is known, with the facts right after it. */
export interface FoldedEvent {
  readonly event: DomainEvent;
  readonly customerId: string;
  /** Our id of the order, null when the event has none. */
  readonly orderId: string | null;
  readonly snapshot: FactsSnapshot;
  /** What was known of its order right before it; left out for an event that had waited for its person, and where events come one by one. */
  readonly orderBefore?: OrderFacts | undefined;
}

/** Where something goes out: a medium of messages, or calls of webhooks. Each has its delivery queue. */
export type Outlet = Medium | 'webhook';

/** What came of one event for one journey that begins by it. */
export interface EntryOutcome {
  readonly eventId: string;
  /** Key. */
  readonly journey: string;
  /** The run that began; null: nobody entered. */
  readonly run: string | null;
  readonly refused: RefusedEntry | null;
}

/** `entered-before`: the entry key was used; `limit`: as many runs of the journey are under way as it allows one person. */
export interface RefusedEntry {
  readonly reason: EntryRefusal | 'entered-before' | 'limit';
  readonly detail?: string | undefined;
}

export interface RuntimeReport {
  readonly started: number;
  readonly moved: number;
  /** Messages that wait to be handed over. */
  readonly messages: number;
  /** The media of those messages, and whether webhooks wait to be called: hint at their delivery queues after the commit. */
  readonly media: readonly Outlet[];
}

export interface EventsReport extends RuntimeReport {
  readonly entries: readonly EntryOutcome[];
}

/** Moves journeys on events: ends, wakes and re-times waiting runs, starts new ones, plans messages. Intake calls it in its own transaction. */
export abstract class JourneyRuntime {
  /** Events in the order in which they are to be taken. */
  abstract onEvents(
    tx: Transaction,
    shop: ShopFacts,
    now: Instant,
    events: readonly FoldedEvent[],
  ): Promise<EventsReport>;
}
