import type { DomainEvent, FactsSnapshot, Instant, Medium, OrderFacts, ShopFacts } from '#app/domain';
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

export interface RuntimeReport {
  readonly started: number;
  readonly moved: number;
  /** Messages that wait to be handed over. */
  readonly messages: number;
  /** The media of those messages, and whether webhooks wait to be called: hint at their delivery queues after the commit. */
  readonly media: readonly Outlet[];
}

/** Moves journeys on events: ends, wakes and re-times waiting runs, starts new ones, plans messages. Intake calls it in its own transaction. */
export abstract class JourneyRuntime {
  /** Events in the order in which they are to be taken. */
  abstract onEvents(
    tx: Transaction,
    shop: ShopFacts,
    now: Instant,
    events: readonly FoldedEvent[],
  ): Promise<RuntimeReport>;
}
