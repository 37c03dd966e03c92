import type { ErasureReason } from '#app/contracts';
import type { Instant, Json } from '#app/domain';
import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

export type PrivacyOrigin = 'api' | 'command' | 'sender';

/** That somebody asked to see (`export`) or to erase what is known of them. */
export interface PrivacyRequest {
  readonly id: string;
  readonly kind: 'export' | 'erase';
  readonly customerId: string;
  readonly origin: PrivacyOrigin;
  readonly reason: ErasureReason | null;
  /** The sender's own name of it. */
  readonly reference: string | null;
  readonly state: 'open' | 'done';
  readonly requestedAt: Instant;
  /** By when it must be done. */
  readonly dueAt: Instant;
  readonly doneAt: Instant | null;
  /** Rows emptied or deleted, by table. */
  readonly counts: Readonly<Record<string, number>>;
}

export type NewPrivacyRequest = Pick<
  PrivacyRequest,
  'id' | 'kind' | 'customerId' | 'origin' | 'reason' | 'reference' | 'requestedAt' | 'dueAt'
>;

export interface PrivacyFilter {
  readonly kind?: PrivacyRequest['kind'] | undefined;
  readonly state?: PrivacyRequest['state'] | undefined;
  readonly customerId?: string | undefined;
}

/** A customer with the records that were merged into theirs, and the sender's ids of their orders. */
export interface PersonRows {
  readonly customerId: string;
  readonly recordIds: readonly string[];
  readonly orderExternalIds: readonly string[];
}

export abstract class PrivacyRequests {
  abstract list(tx: Transaction, filter: PrivacyFilter, page: PageRequest): Promise<Page<PrivacyRequest>>;

  abstract find(tx: Transaction, id: string): Promise<PrivacyRequest | null>;

  /** The erasure of a customer, or of the record they were merged into. */
  abstract erasureOf(tx: Transaction, customerId: string): Promise<PrivacyRequest | null>;

  abstract add(tx: Transaction, request: NewPrivacyRequest): Promise<void>;

  /** False when there is no open one of this id. */
  abstract close(tx: Transaction, id: string, counts?: Readonly<Record<string, number>>): Promise<boolean>;

  /** Null when there is no such customer. */
  abstract person(tx: Transaction, customerId: string): Promise<PersonRows | null>;

  /** Everything stored of a person, by table: all columns but what workers note for themselves. */
  abstract everythingOf(
    tx: Transaction,
    person: PersonRows,
  ): Promise<Readonly<Record<string, readonly { readonly [column: string]: Json }[]>>>;

  /** Notes in the audit log that the person was exported or erased. */
  abstract audit(tx: Transaction, action: PrivacyRequest['kind'], customerId: string): Promise<void>;
}
