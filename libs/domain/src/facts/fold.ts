import { type DomainEvent, isOwnEvent } from '../event/event.js';
import { foldCustomer } from './fold-customer.js';
import { foldOrder } from './fold-order.js';
import { type CustomerFacts, EMPTY_CUSTOMER, emptyOrder, type OrderFacts, type PersonFacts } from './facts.js';

/**
 * The facts after one more event. Pure and independent of order: any permutation of the same events gives the same facts.
 * Intake and backtests share it.
 */
export function applyEvent(facts: PersonFacts, event: DomainEvent): PersonFacts {
  const customer = applyToCustomer(facts.customer, event);
  const orderId = event.order?.externalId;
  if (orderId === undefined) return customer === facts.customer ? facts : { ...facts, customer };
  // hasOwn: an order may be called "constructor".
  const known = Object.hasOwn(facts.orders, orderId) ? facts.orders[orderId] : undefined;
  const order = applyToOrder(known ?? emptyOrder(orderId), event);
  return { customer, orders: { ...facts.orders, [orderId]: order } };
}

/** Our own events name a person to find them again; they say nothing about them. */
export function applyToCustomer(customer: CustomerFacts, event: DomainEvent): CustomerFacts {
  return isOwnEvent(event.type) ? customer : foldCustomer(customer, event);
}

export function applyToOrder(order: OrderFacts, event: DomainEvent): OrderFacts {
  return foldOrder(order, event);
}

export const NOBODY: PersonFacts = { customer: EMPTY_CUSTOMER, orders: {} };
