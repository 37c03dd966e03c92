import type { PersonFacts } from './facts.js';
import { ordinalOf } from './ordinal.js';
import type { FactsSnapshot, ShopFacts } from './view.js';

/** Whose facts are asked, and of which of their orders; null for none. */
export interface SnapshotSubject {
  readonly shop: ShopFacts;
  readonly customerId: string;
  /** The sender's id. */
  readonly orderId: string | null;
}

/** A person in memory as the engine receives them; stored people are read by the edge in the same form. */
export function snapshotOf({ customer, orders }: PersonFacts, subject: SnapshotSubject): FactsSnapshot {
  const { shop, customerId, orderId } = subject;
  // hasOwn: an order may be called "constructor".
  const order = orderId !== null && Object.hasOwn(orders, orderId) ? (orders[orderId] ?? null) : null;
  const placed = new Map(
    Object.values(orders).flatMap(({ id, placedAt }) => (placedAt === null ? [] : [[id, placedAt] as const])),
  );
  const ordinal = order ? ordinalOf(order.id, placed) : 0;
  return { shop, customerId, customer, orderCount: placed.size, order, position: { ordinal } };
}
