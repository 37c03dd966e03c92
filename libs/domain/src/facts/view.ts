import type { EventType } from '../event/event.js';
import type { CustomerFacts, OrderFacts } from './facts.js';
import { isDelivered, isFullyRefunded } from './order-state.js';

/** A JSON value: what conditions and templates may see. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The shop as journeys see it. */
export interface ShopFacts {
  readonly id: string;
  readonly name: string;
  /** IANA zone; wall-clock rules fall back to it where the customer's own zone is unknown. */
  readonly timeZone: string;
  readonly currency: string;
  readonly locale: string;
}

/** Where an order stands among the person's orders. `ordinal` counts placed orders by (placedAt, id) from 1; 0 for a placeholder. */
export interface OrderPosition {
  readonly ordinal: number;
}

/** One person's facts at one moment, as the engine, the gate and the templates receive them. */
export interface FactsSnapshot {
  readonly shop: ShopFacts;
  readonly customerId: string;
  readonly customer: CustomerFacts;
  /** Placed orders of the person. */
  readonly orderCount: number;
  readonly order: OrderFacts | null;
  readonly position: OrderPosition;
  /** Of splits and hold-outs: the arms that the person was drawn into before, by `armKey`. None when left out. */
  readonly arms?: Readonly<Record<string, string>>;
}

/** The event that is being decided on, as conditions see it. */
export interface EventView {
  readonly id: string;
  readonly type: EventType;
  readonly occurredAt: string;
  readonly data: Json;
}

/** The variables of every condition and template: `customer`, `order`, `shop`, `event`, `settings`, `run`. */
export interface FactsView {
  readonly [name: string]: Json;
}

/** Builds the variables that a document may name. Order fields that follow from others (`delivered`, `refunded`, …) are worked out here, once. */
export function factsView(snapshot: FactsSnapshot): FactsView {
  return { shop: { ...snapshot.shop }, customer: customerView(snapshot), order: orderView(snapshot) };
}

function customerView({ customer, customerId, orderCount }: FactsSnapshot): Json {
  const {
    externalIds,
    email,
    phone,
    firstName,
    lastName,
    locale,
    timeZone,
    country,
    tags,
    attributes,
    consents,
    firstSeenAt,
  } = customer;
  const consentStates = Object.fromEntries(
    Object.entries(consents).map(([channel, consent]) => [channel, consent.state]),
  );
  return {
    id: customerId,
    externalIds,
    email,
    phone,
    firstName,
    lastName,
    locale,
    timeZone,
    country,
    tags,
    attributes,
    firstSeenAt,
    orderCount,
    consents: { email: 'none', sms: 'none', whatsapp: 'none', ...consentStates },
  };
}

function orderView({ order, position }: FactsSnapshot): Json {
  if (!order) return null;
  const parcels = order.parcels.map(({ stamps: _stamps, ...parcel }) => parcel);
  const hasArrived = isDelivered(order);
  const deliveredAt = hasArrived
    ? (parcels
        .map((parcel) => parcel.deliveredAt ?? '')
        .toSorted()
        .at(-1) ?? null)
    : null;
  const { stamps: _stamps, refunds, ...rest } = order;
  return {
    ...rest,
    lines: rest.lines.map((line) => stripUndefined(line)),
    total: rest.total ? { ...rest.total } : null,
    parcels,
    ordinal: position.ordinal,
    placed: order.placedAt !== null,
    paid: order.paidAt !== null,
    fulfilled: order.fulfilledAt !== null,
    cancelled: order.cancelledAt !== null,
    returnRequested: order.returnRequestedAt !== null,
    shipped: parcels.some((parcel) => parcel.shippedAt !== null),
    delivered: hasArrived,
    deliveredAt,
    refunded: refunds.length > 0,
    fullyRefunded: isFullyRefunded(order),
  };
}

function stripUndefined(value: object): Json {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Json;
}
