import type { Transaction } from '../ports/unit-of-work.port.js';

/** A body as a sender posted it, verified and ready to be stored. */
export interface ReceivedBody {
  readonly shopId: string;
  /** The source; the shop's own id for events that came by API or link. */
  readonly sourceId: string;
  /** Source kind, or `api`. */
  readonly kind: string;
  readonly dedupeKey: string;
  /** The headers that parsing needs later, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface StoredBody {
  /** Id of the inbox row; of the first one when the body was seen before. */
  readonly eventId: string;
  /** `conflict`: the key was seen with another body. Nothing was stored for `duplicate` and `conflict`. */
  readonly outcome: 'accepted' | 'duplicate' | 'conflict';
}

/** An inbox row that a worker has claimed. */
export interface ClaimedBody {
  readonly shopId: string;
  readonly id: string;
  readonly sourceId: string;
  readonly kind: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly receivedAt: Date;
  readonly attempts: number;
  readonly epoch: number;
}

/** What is kept of a sender to recognise what it sends again. */
export interface KeptKey {
  readonly sourceId: string;
  readonly key: string;
}

/** Where received bodies wait until a worker has made facts of them. */
export abstract class InboxPort {
  /**
   * Stores bodies of any shops in one commit (the transaction's, where one is given). Answers in the order of the input.
   * @throws TransientError `unavailable` when the database can't be reached; then nothing was stored
   */
  abstract store(bodies: readonly ReceivedBody[], tx?: Transaction): Promise<StoredBody[]>;

  /** Claims a batch of one shop, oldest first; empty when nothing is open. */
  abstract claim(limit: number): Promise<ClaimedBody[]>;

  /** Marks claimed rows as done, in the transaction that stored what they meant. `note` says why nothing came of a body. */
  abstract finish(
    tx: Transaction,
    done: readonly { readonly body: ClaimedBody; readonly note: string | null }[],
  ): Promise<void>;

  /** Deletes claimed rows with what was kept of them to recognise them again. */
  abstract forget(tx: Transaction, bodies: readonly ClaimedBody[], keys: readonly KeptKey[]): Promise<void>;

  /** Puts claimed rows back for the next try, which nobody begins before the pause (wall time) is over. */
  abstract release(tx: Transaction, bodies: readonly ClaimedBody[], note: string, pauseMs: number): Promise<void>;

  /** Puts claimed rows back as if they had not been claimed. */
  abstract giveBack(tx: Transaction, bodies: readonly ClaimedBody[]): Promise<void>;

  /** Sets a row aside as dead; it waits in the dead letters for a person. */
  abstract bury(tx: Transaction, body: ClaimedBody, code: string, error: string): Promise<void>;
}
