import { MEDIA } from '../consent/message-class.js';
import { standingOf } from '../consent/standing.js';
import type { EventType } from '../event/event.js';
import type { IsoInstant } from '../time/instant.js';
import type { CustomerFacts, OrderFacts, ParcelFacts } from './facts.js';
import { isDelivered, isFullyRefunded } from './order-state.js';

/** A JSON value: what conditions and templates may see. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The shop as journeys see it. */
/** What stands around the words of a shop's e-mail; null: as it is for everybody. */
export interface Letterhead {
  /** Of buttons and links, as #rrggbb. */
  readonly color: string | null;
  /** In place of the name above a mail; https. */
  readonly logoUrl: string | null;
  /** Where the shop can be written to by post. */
  readonly address: string | null;
}

export interface ShopFacts {
  readonly id: string;
  readonly name: string;
  /** IANA zone; wall-clock rules fall back to it where the customer's own zone is unknown. */
  readonly timeZone: string;
  readonly currency: string;
  readonly locale: string;
  /** Read by templates as fields of the shop. */
  readonly letterhead?: Letterhead | undefined;
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
  return { shop: shopView(snapshot), customer: customerView(snapshot), order: orderView(snapshot) };
}

export function shopView({ shop: { letterhead, ...facts } }: Pick<FactsSnapshot, 'shop'>): Json {
  return { ...facts, ...letterhead };
}

export function customerView({ customer, customerId, orderCount }: FactsSnapshot): Json {
  const { externalIds, email, phone, firstName, lastName, locale, timeZone, country, tags, attributes, firstSeenAt } =
    customer;
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
    consents: consentStates(customer),
  };
}

/** To marketing, which is what shops ask for; single classes that somebody refused stop at the gate. */
function consentStates(customer: CustomerFacts): Json {
  return Object.fromEntries(MEDIA.map((channel) => [channel, standingOf(customer, 'marketing', channel).state]));
}

export function orderView({ order, position }: FactsSnapshot): Json {
  if (!order) return null;
  const { parcels, total, refunds } = order;
  const hasArrived = isDelivered(order);
  return {
    id: order.id,
    name: order.name,
    placedAt: order.placedAt,
    paidAt: order.paidAt,
    fulfilledAt: order.fulfilledAt,
    cancelledAt: order.cancelledAt,
    returnRequestedAt: order.returnRequestedAt,
    promisedDate: order.promisedDate,
    isGift: order.isGift,
    statusUrl: order.statusUrl,
    tags: order.tags,
    lines: order.lines.map((line) => stripUndefined(line)),
    total: total ? { ...total } : null,
    parcels: parcels.map(parcelView),
    ordinal: position.ordinal,
    placed: order.placedAt !== null,
    paid: order.paidAt !== null,
    fulfilled: order.fulfilledAt !== null,
    cancelled: order.cancelledAt !== null,
    returnRequested: order.returnRequestedAt !== null,
    shipped: parcels.some((parcel) => parcel.shippedAt !== null),
    delivered: hasArrived,
    deliveredAt: hasArrived ? lastDelivery(order) : null,
    refunded: refunds.length > 0,
    fullyRefunded: isFullyRefunded(order),
  };
}

function parcelView(parcel: ParcelFacts): Json {
  return {
    id: parcel.id,
    state: parcel.state,
    stateAt: parcel.stateAt,
    delivered: parcel.delivered,
    deliveredAt: parcel.deliveredAt,
    shippedAt: parcel.shippedAt,
    carrier: parcel.carrier,
    trackingNumber: parcel.trackingNumber,
    trackingUrl: parcel.trackingUrl,
    estimatedDeliveryAt: parcel.estimatedDeliveryAt,
  };
}

function lastDelivery({ parcels }: OrderFacts): IsoInstant | null {
  let last: IsoInstant | null = null;
  for (const { deliveredAt } of parcels)
    if (deliveredAt !== null && (last === null || deliveredAt > last)) last = deliveredAt;
  return last;
}

function stripUndefined(value: object): Json {
  const known: Record<string, Json> = {};
  for (const [name, field] of Object.entries(value)) if (field !== undefined) known[name] = field as Json;
  return known;
}
