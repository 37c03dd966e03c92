import type { ConsentChange, CustomerFacts, Instant, IsoInstant, Medium } from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';

export interface ConsentingPerson {
  /** Of the record that theirs was merged into. */
  readonly customerId: string;
  readonly customer: CustomerFacts;
  /** Business time of the reading. */
  readonly now: Instant;
}

export interface HashedAddress {
  readonly medium: Medium;
  readonly fingerprint: Uint8Array;
}

/** Something that was said of consent, or that an address was put on the list of suppressed ones. */
export interface ConsentEntry {
  readonly id: string;
  readonly channel: ConsentChange['channel'];
  readonly state: ConsentChange['state'] | 'suppressed';
  /** Null: all of the channel; what is suppressed for `all` gets no service messages either. */
  readonly classes: readonly string[] | null;
  readonly level: ConsentChange['level'] | null;
  /** When it was said, and when Afterglow took it in. */
  readonly at: IsoInstant;
  readonly recordedAt: IsoInstant;
  readonly proof: string | null;
  /** Who told it; null for what people said to Afterglow itself, and what came by the API. */
  readonly source: { readonly id: string; readonly kind: string; readonly name: string } | null;
  /** The sender's id of the order that it came with. */
  readonly order: string | null;
}

export interface ConsentHistory {
  readonly items: readonly ConsentEntry[];
  readonly next: string | null;
}

export abstract class ConsentStore {
  /**
   * Null when there is no such person.
   * @param lock keeps others from writing their record until the transaction ends
   */
  abstract person(tx: Transaction, customerId: string, lock: boolean): Promise<ConsentingPerson | null>;

  /** Under the lock of the shop's intake, which writes the same. */
  abstract keepFacts(tx: Transaction, customerId: string, customer: CustomerFacts): Promise<void>;

  /**
   * Newest first. `addresses`: those of the person, for what is suppressed.
   * @throws PermanentError `validation` for a cursor that isn't one of this list
   */
  abstract history(
    tx: Transaction,
    customerId: string,
    addresses: readonly HashedAddress[],
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<ConsentHistory>;
}
