import type { Instant } from '#app/domain';
import type { KeptKey } from '../intake/inbox.port.js';
import type { AddressOnMedium } from '../journeys/runtime/run-store.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import type { Name } from './names.js';
import type { PersonRows } from './privacy-requests.repository.js';

/** An erasure that this process goes on with. */
export interface ClaimedErasure {
  readonly shopId: string;
  readonly id: string;
}

export interface ErasureWork {
  readonly customerId: string;
  /** Sealed; null once it is done. */
  readonly names: string | null;
  readonly attempts: number;
}

/** A stored body, as far as an erasure looks at it. */
export interface SearchedBody {
  readonly id: string;
  readonly receivedAt: Date;
  readonly sourceId: string;
  readonly kind: string;
  readonly body: string;
}

/** Where a search through bodies has come to. */
export type BodyCursor = Pick<SearchedBody, 'id' | 'receivedAt'>;

/** The rows of people who are erased. Every method may run again: what is gone stays gone. */
export abstract class ErasureStore {
  /** What a person is and was recognised by, and where messages went. */
  abstract namesOf(tx: Transaction, person: PersonRows): Promise<Name[]>;

  /**
   * Empties the record, takes its names away and remembers their hashes, suppresses the addresses, closes the links in messages. From
   * the commit on nobody finds the person and nothing is sent to them.
   */
  abstract begin(
    tx: Transaction,
    erasure: {
      readonly requestId: string;
      readonly person: PersonRows;
      readonly erasedAt: Instant;
      readonly sealedNames: string;
      readonly fingerprints: readonly Uint8Array[];
      readonly addresses: readonly AddressOnMedium[];
    },
  ): Promise<void>;

  /** The erasure that has waited longest, of any shop; nobody else takes it until the lease (wall time) is over. */
  abstract claim(tx: Transaction): Promise<ClaimedErasure | null>;

  abstract work(tx: Transaction, id: string): Promise<ErasureWork | null>;

  /** Something about the person is being handed over at this moment: its outcome would be written afterwards. */
  abstract isBusy(tx: Transaction, person: PersonRows): Promise<boolean>;

  /** Puts it off for so long (wall time). */
  abstract postpone(tx: Transaction, id: string, ms: number): Promise<void>;

  /** Deletes the keys by which the person's happenings are told once; expects their events to be there. */
  abstract forgetKeys(tx: Transaction, person: PersonRows): Promise<void>;

  /** Bodies that told of the person. */
  abstract bodiesOf(tx: Transaction, person: PersonRows, limit: number): Promise<SearchedBody[]>;

  /** Bodies of the shop that led to nothing, oldest first. */
  abstract fruitlessBodies(tx: Transaction, after: BodyCursor | null, limit: number): Promise<SearchedBody[]>;

  /** Deletes bodies with their dead letters. `keys`: ids of the sender's making that were kept of them. */
  abstract forgetBodies(tx: Transaction, bodies: readonly SearchedBody[], keys: readonly KeptKey[]): Promise<void>;

  /** The tables that `empty` goes through, in this order. */
  abstract tables(): readonly string[];

  /** Empties or deletes the person's rows of one table; returns how many. */
  abstract empty(tx: Transaction, table: string, person: PersonRows): Promise<number>;
}
