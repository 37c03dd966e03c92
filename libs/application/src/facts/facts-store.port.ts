import type { CustomerFacts, DomainEvent, Instant, IsoInstant, Medium, OrderFacts } from '#app/domain';
import type { ClaimedBody } from '../intake/inbox.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

export type IdentityKind = 'external' | 'email' | 'phone';

/** What a person is recognised by. E-mail addresses in lower case, phone numbers as E.164. */
export interface Identity {
  readonly kind: IdentityKind;
  readonly value: string;
}

export interface OwnedIdentity extends Identity {
  readonly customerId: string;
}

export interface KnownCustomer {
  readonly id: string;
  readonly facts: CustomerFacts;
  readonly createdAt: Instant;
}

export interface KnownOrder {
  readonly id: string;
  readonly externalId: string;
  readonly customerId: string | null;
  readonly facts: OrderFacts;
}

export interface PlacedOrder {
  readonly customerId: string;
  readonly externalId: string;
  readonly placedAt: IsoInstant;
}

/** All that a batch of events may concern, as it is stored. `placed`: every placed order of the customers. */
export interface KnownPeople {
  readonly identities: readonly OwnedIdentity[];
  readonly customers: readonly KnownCustomer[];
  readonly orders: readonly KnownOrder[];
  readonly placed: readonly PlacedOrder[];
}

/** A line of the timeline, with the inbox row it came of. */
export interface TimelineEvent {
  readonly event: DomainEvent;
  readonly inboxId: string;
  readonly ordinal: number;
  readonly sourceId: string;
  readonly customerId: string | null;
}

export interface ChangedCustomer {
  readonly id: string;
  readonly facts: CustomerFacts;
  readonly orderCount: number;
}

export interface CustomerMerge {
  readonly loser: string;
  readonly survivor: string;
}

/** An order whose waiting events (customer unknown) now belong to a person. */
export interface LinkedOrder {
  readonly orderId: string;
  readonly externalId: string;
  readonly customerId: string;
}

export interface FactsChanges {
  readonly customers: readonly ChangedCustomer[];
  readonly merges: readonly CustomerMerge[];
  readonly identities: readonly OwnedIdentity[];
  readonly orders: readonly KnownOrder[];
  readonly links: readonly LinkedOrder[];
  readonly events: readonly TimelineEvent[];
}

/** A happening that can occur once only, and the inbox row that tells of it. */
export interface OnceClaim {
  readonly sourceId: string;
  readonly key: string;
  readonly inboxId: string;
}

export interface SuppressionChange {
  readonly medium: Medium;
  readonly fingerprint: Uint8Array;
  /**
   * `add`: unless the address is suppressed already; `lift`: only where the scope is `non_service`; `return`: what an erasure
   * suppressed stays so but for service messages, because somebody has ordered under the address since.
   */
  readonly action: 'add' | 'lift' | 'return';
  /** When the person said so, of a `lift`: it takes nothing back that was said since, in a list or by a link. Left out: now. */
  readonly saidAt?: Instant;
}

/** Where intake keeps facts. Every method is a fixed number of statements, whatever the size of the batch. */
export abstract class FactsStore {
  /**
   * Serialises the intake of the transaction's shop until the transaction ends.
   * @throws TransientError `unavailable` when another worker holds it for too long
   */
  abstract lockIntake(tx: Transaction): Promise<void>;

  /** Ids of those rows that still belong to the claim; the others were claimed again after their lease ended. */
  abstract stillClaimed(tx: Transaction, bodies: readonly ClaimedBody[]): Promise<ReadonlySet<string>>;

  /** Settings by source id; none for what isn't a source. */
  abstract sourceSettings(tx: Transaction, sourceIds: readonly string[]): Promise<ReadonlyMap<string, unknown>>;

  /** Which inbox row told of each happening first, in the order of the input. */
  abstract firstTellers(tx: Transaction, claims: readonly OnceClaim[]): Promise<string[]>;

  abstract load(
    tx: Transaction,
    sought: { readonly identities: readonly Identity[]; readonly orderExternalIds: readonly string[] },
  ): Promise<KnownPeople>;

  /** Stored events of these orders whose customer isn't known. */
  abstract waitingEvents(tx: Transaction, orderExternalIds: readonly string[]): Promise<TimelineEvent[]>;

  /** Stores everything; answers with the ids of the events that weren't on the timeline before. */
  abstract save(tx: Transaction, changes: FactsChanges): Promise<ReadonlySet<string>>;

  /** Until when names belonged to people who are erased, by fingerprint in hexadecimal; all other names are left out. */
  abstract erasedNames(tx: Transaction, fingerprints: readonly Uint8Array[]): Promise<ReadonlyMap<string, Instant>>;

  abstract changeSuppressions(tx: Transaction, changes: readonly SuppressionChange[]): Promise<void>;
}
