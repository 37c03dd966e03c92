import type {
  ConsentState,
  CustomerFacts,
  IsoDate,
  IsoInstant,
  Money,
  OrderLine,
  ParcelFacts,
  RefundFacts,
} from '#app/domain';
import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

type Profile = Pick<
  CustomerFacts,
  | 'externalIds'
  | 'email'
  | 'phone'
  | 'firstName'
  | 'lastName'
  | 'locale'
  | 'timeZone'
  | 'country'
  | 'tags'
  | 'attributes'
  | 'firstSeenAt'
>;

/** A customer as people read it. */
export interface CustomerRecord extends Profile {
  readonly id: string;
  readonly consents: Readonly<
    Record<string, { readonly state: ConsentState; readonly at: IsoInstant; readonly proof: string | null }>
  >;
  /** Placed orders. */
  readonly orderCount: number;
  readonly createdAt: IsoInstant;
}

/** An order as people read it. The flags are those that conditions see. */
export interface OrderRecord {
  readonly id: string;
  /** The sender's id. */
  readonly externalId: string;
  readonly name: string | null;
  readonly customer: {
    readonly id: string;
    readonly externalIds: readonly string[];
    readonly email: string | null;
  } | null;
  /** Place among the customer's placed orders, from 1; 0 while the order isn't placed. */
  readonly ordinal: number;
  readonly placedAt: IsoInstant | null;
  readonly paidAt: IsoInstant | null;
  readonly fulfilledAt: IsoInstant | null;
  readonly cancelledAt: IsoInstant | null;
  readonly returnRequestedAt: IsoInstant | null;
  readonly deliveredAt: IsoInstant | null;
  readonly promisedDate: IsoDate | null;
  readonly placed: boolean;
  readonly paid: boolean;
  readonly fulfilled: boolean;
  readonly cancelled: boolean;
  readonly returnRequested: boolean;
  readonly shipped: boolean;
  readonly delivered: boolean;
  readonly refunded: boolean;
  readonly fullyRefunded: boolean;
  readonly isGift: boolean;
  readonly total: Money | null;
  readonly lines: readonly OrderLine[];
  readonly parcels: readonly Omit<ParcelFacts, 'stamps'>[];
  readonly refunds: readonly RefundFacts[];
  readonly statusUrl: string | null;
  readonly tags: readonly string[];
  readonly createdAt: IsoInstant;
}

/** Customers and orders for people and scripts to read. Lists are in the order in which the records were made. */
export abstract class PeopleDirectory {
  /** `email`: whose address it is or was, in whatever case. */
  abstract customers(
    tx: Transaction,
    filter: { readonly email?: string | undefined },
    page: PageRequest,
  ): Promise<Page<CustomerRecord>>;

  /** The record itself, or the one it was merged into; null when there is none. */
  abstract customer(tx: Transaction, id: string): Promise<CustomerRecord | null>;

  abstract orders(
    tx: Transaction,
    filter: { readonly externalId?: string | undefined; readonly customerId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<OrderRecord>>;

  abstract order(tx: Transaction, id: string): Promise<OrderRecord | null>;
}
