import type { CustomerFacts, Instant, Json, Letterhead, Medium, SurveyDefinition } from '#app/domain';
import type { LinkToken } from '../delivery/delivery-store.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** Where a link leads, found before the shop is known. */
export interface FoundLink {
  readonly shopId: string;
  readonly purpose: LinkToken['purpose'];
  readonly messageId: string;
  readonly customerId: string;
  readonly isExpired: boolean;
}

/** The message that a link was in, and the person it went to. */
export interface LinkedMessageFacts {
  readonly messageId: string;
  /** Our id of the person, of the record that theirs was merged into. */
  readonly customerId: string;
  readonly medium: Medium;
  /** Where it went; null when it was never handed over. */
  readonly address: string | null;
  readonly survey: SurveyDefinition | null;
  readonly orderExternalId: string | null;
  readonly customer: CustomerFacts;
  readonly shopName: string;
  readonly shopLocale: string;
  readonly letterhead: Letterhead;
  /** Variables fixed when it was planned. */
  readonly context: { readonly [name: string]: Json };
  readonly plannedAt: Instant;
  /** Business time of the reading. */
  readonly now: Instant;
}

export interface EarlierAnswer {
  readonly score: number;
  readonly comment: string | null;
  readonly answeredAt: Instant;
}

/** An order as its buyer names it. */
export interface NamedOrder {
  /** Number or id, without `#`. */
  readonly order: string;
  readonly email: string;
}

export abstract class LinkStore {
  /** In a transaction across shops. `hash`: 64 hexadecimal digits. */
  abstract find(tx: Transaction, hash: string): Promise<FoundLink | undefined>;

  /** @param lock keeps the fence of deliveries to this person waiting until the transaction ends */
  abstract message(tx: Transaction, messageId: string, lock: boolean): Promise<LinkedMessageFacts | undefined>;

  /** The answer of this invitation that counts at present. */
  abstract answer(tx: Transaction, instanceId: string): Promise<EarlierAnswer | undefined>;

  /** The order of this number if it belongs to this address. */
  abstract order(
    tx: Transaction,
    named: NamedOrder,
  ): Promise<{ readonly externalId: string; readonly customer: CustomerFacts } | undefined>;
}
