import type { Medium, OptionalClass } from '../consent/message-class.js';
import type { ConsentState, OrderLine } from '../event/event.js';
import type { IsoDate, IsoInstant } from '../time/instant.js';
import type { Money } from '../money.js';

/**
 * When and by which event a field was last set: `<occurredAt>|<event id>`. The greater text wins, so the same events give
 * the same facts in whatever order they arrive.
 */
export type Stamp = string;

/** One statement about consent on a channel; `evidence` came along with an order, the others were said outright. */
export interface ConsentStatement {
  readonly at: IsoInstant;
  readonly level: 'evidence' | 'single' | 'confirmed';
  readonly proof: string | null;
  readonly stamp: Stamp;
}

/** The newest statement of each kind and the state that follows from them, see `foldConsent`. */
export interface ConsentFact {
  readonly state: ConsentState;
  readonly at: IsoInstant;
  readonly proof: string | null;
  readonly statements: Readonly<Partial<Record<'out' | 'in' | 'evidence' | 'pending', ConsentStatement>>>;
}

/** What somebody said of one class of messages by itself: the newest word of each kind. */
export type ClassStatements = Readonly<Partial<Record<'in' | 'out', ConsentStatement>>>;
export type ConsentChoices = Readonly<
  Partial<Record<Medium, Readonly<Partial<Record<OptionalClass, ClassStatements>>>>>
>;

/** What is known of a person. Stored as one JSON document per customer. */
export interface CustomerFacts {
  readonly externalIds: readonly string[];
  readonly email: string | null;
  readonly phone: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly locale: string | null;
  readonly timeZone: string | null;
  readonly country: string | null;
  readonly tags: readonly string[];
  readonly attributes: Readonly<Record<string, string | number | boolean | null>>;
  readonly consents: Readonly<Partial<Record<Medium, ConsentFact>>>;
  /** Words on single classes of messages; left out where there are none. */
  readonly choices?: ConsentChoices;
  readonly firstSeenAt: IsoInstant | null;
  /** The latest request to erase this person: from the first one on nothing is sent to them and no journey takes them. */
  readonly erasedAt?: IsoInstant;
  /** When they last wrote something that a person has to read. */
  readonly repliedAt?: IsoInstant;
  readonly stamps: Readonly<Record<string, Stamp>>;
}

export type ParcelState =
  | 'created'
  | 'label_created'
  | 'in_transit'
  | 'out_for_delivery'
  | 'available_for_pickup'
  | 'attempt_failed'
  | 'delayed'
  | 'exception'
  | 'delivered'
  | 'returned';

export interface ParcelFacts {
  readonly id: string;
  readonly state: ParcelState;
  readonly stateAt: IsoInstant;
  readonly delivered: boolean;
  readonly deliveredAt: IsoInstant | null;
  readonly shippedAt: IsoInstant | null;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly trackingUrl: string | null;
  readonly estimatedDeliveryAt: IsoInstant | null;
  readonly stamps: Readonly<Record<string, Stamp>>;
}

export interface RefundFacts {
  readonly id: string;
  readonly at: IsoInstant;
  readonly amount: Money | null;
  readonly full: boolean;
}

/** What is known of an order. `id` is the sender's id as text. Before `order.placed` is seen the order is a placeholder: `placedAt` is null. */
export interface OrderFacts {
  readonly id: string;
  readonly name: string | null;
  readonly placedAt: IsoInstant | null;
  readonly paidAt: IsoInstant | null;
  readonly fulfilledAt: IsoInstant | null;
  readonly cancelledAt: IsoInstant | null;
  readonly returnRequestedAt: IsoInstant | null;
  readonly total: Money | null;
  readonly lines: readonly OrderLine[];
  readonly parcels: readonly ParcelFacts[];
  readonly refunds: readonly RefundFacts[];
  readonly promisedDate: IsoDate | null;
  readonly isGift: boolean;
  readonly statusUrl: string | null;
  readonly tags: readonly string[];
  readonly stamps: Readonly<Record<string, Stamp>>;
}

/** A person with their orders, by the sender's order id. The unit that events fold into. */
export interface PersonFacts {
  readonly customer: CustomerFacts;
  readonly orders: Readonly<Record<string, OrderFacts>>;
}

export const EMPTY_CUSTOMER: CustomerFacts = {
  externalIds: [],
  email: null,
  phone: null,
  firstName: null,
  lastName: null,
  locale: null,
  timeZone: null,
  country: null,
  tags: [],
  attributes: {},
  consents: {},
  firstSeenAt: null,
  stamps: {},
};

export function isErased({ erasedAt }: CustomerFacts): boolean {
  return erasedAt !== undefined;
}

export function emptyOrder(id: string): OrderFacts {
  return {
    id,
    name: null,
    placedAt: null,
    paidAt: null,
    fulfilledAt: null,
    cancelledAt: null,
    returnRequestedAt: null,
    total: null,
    lines: [],
    parcels: [],
    refunds: [],
    promisedDate: null,
    isGift: false,
    statusUrl: null,
    tags: [],
    stamps: {},
  };
}

/** A parcel of which nothing but its state is known. */
export function emptyParcel(id: string, state: ParcelState, stateAt: IsoInstant): ParcelFacts {
  return {
    id,
    state,
    stateAt,
    delivered: false,
    deliveredAt: null,
    shippedAt: null,
    carrier: null,
    trackingNumber: null,
    trackingUrl: null,
    estimatedDeliveryAt: null,
    stamps: {},
  };
}
