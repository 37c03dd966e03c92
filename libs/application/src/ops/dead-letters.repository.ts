import type { Instant } from '#app/domain';
import type { QueueName } from '../ports/hint.port.js';
import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

type DeadLetterKind = 'inbox' | 'timer' | 'message' | 'call' | 'entry';
type DeadLetterState = 'open' | 'retried' | 'dropped';

/** Work that was given up and waits for a person. */
export interface DeadLetter {
  readonly id: string;
  readonly kind: DeadLetterKind;
  /** Id of the inbox row, the run whose timer it was, the message, the call, or the date or walk by which people enter. */
  readonly refId: string;
  readonly state: DeadLetterState;
  readonly code: string;
  readonly error: string;
  readonly attempts: number;
  readonly createdAt: Instant;
  readonly settledAt: Instant | null;
  readonly note: string | null;
}

export interface DeadLetterFilter {
  readonly state: DeadLetterState;
  readonly kind: DeadLetterKind | null;
}

export abstract class DeadLetters {
  /** Oldest first. */
  abstract list(tx: Transaction, filter: DeadLetterFilter, page: PageRequest): Promise<Page<DeadLetter>>;

  /** The row stays locked until the transaction ends. */
  abstract lock(tx: Transaction, id: string): Promise<DeadLetter | null>;

  abstract settle(tx: Transaction, id: string, state: 'retried' | 'dropped', note: string): Promise<void>;

  /** Gives the work up for good: a run whose timer it was ends as failed. */
  abstract abandon(tx: Transaction, letter: DeadLetter): Promise<void>;

  /**
   * Makes the work claimable again with no attempts counted.
   * @returns the queue to hint at; null when it is no longer dead
   */
  abstract requeue(tx: Transaction, letter: DeadLetter): Promise<QueueName | null>;
}
