import type { DomainEvent, FactsSnapshot, Instant, ShopFacts } from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** An event whose person is known, with the facts right after it. */
export interface FoldedEvent {
  readonly event: DomainEvent;
  readonly customerId: string;
  /** Our id of the order, null when the event has none. */
  readonly orderId: string | null;
  readonly snapshot: FactsSnapshot;
}

export interface RuntimeReport {
  readonly started: number;
  readonly moved: number;
  readonly messages: number;
}

/** Moves journeys on events: ends, wakes and re-times waiting runs, starts new ones, plans messages. Intake calls it in its own transaction. */
export abstract class JourneyRuntime {
  /** Events in the order in which they are to be taken. */
  abstract onEvents(tx: Transaction, shop: ShopFacts, now: Instant, events: readonly FoldedEvent[]): Promise<RuntimeReport>;
}
