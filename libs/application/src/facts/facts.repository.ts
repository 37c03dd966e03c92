import type { CustomerFacts, FactsSnapshot, OrderFacts, ShopFacts, WrittenFacts } from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';

export interface FactsSubject {
  readonly customerId: string;
  /** Our id of the order; null for what concerns the person alone. */
  readonly orderId: string | null;
}

export interface StoredCustomer {
  readonly id: string;
  readonly facts: CustomerFacts;
  readonly orderCount: number;
}

export interface StoredOrder {
  readonly id: string;
  readonly customerId: string | null;
  readonly facts: OrderFacts;
}

/** What is known of people and orders, for those who only read it: engine, gate, templates, API. */
export abstract class FactsReader {
  abstract shop(tx: Transaction): Promise<ShopFacts>;

  /**
   * Snapshots in the order of the subjects, in a fixed number of statements whatever their count. A merged customer's snapshot is
   * that of the record it was merged into.
   */
  abstract snapshots(tx: Transaction, shop: ShopFacts, subjects: readonly FactsSubject[]): Promise<FactsSnapshot[]>;

  /** What journeys wrote about these people, by id; snapshots hold it already. Those about whom nothing is written are left out. */
  abstract written(tx: Transaction, customerIds: readonly string[]): Promise<ReadonlyMap<string, WrittenFacts>>;
}
