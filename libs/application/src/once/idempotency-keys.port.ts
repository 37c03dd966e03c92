import type { Transaction } from '../ports/unit-of-work.port.js';

/** One call as a key stands for it. */
export interface KeyedCall {
  readonly key: string;
  /** As the audit log names them: nobody reads what somebody else was answered. */
  readonly caller: string;
  /** SHA-256 of method, address and body. */
  readonly requestHash: Uint8Array;
}

/** What was noted of the call that had the key first. */
export interface NotedCall {
  readonly caller: string;
  readonly requestHash: Uint8Array;
  readonly status: number;
  readonly sealedAnswer: string;
}

/** Keys of calls that may be sent again, each with the answer that was given. */
export abstract class IdempotencyKeys {
  /**
   * Takes the key for this call and gives null; or gives the call that had it within the last two days. Waits a moment for one that
   * is under way.
   * @throws TransientError `idempotency.in_progress` when that one takes longer
   */
  abstract take(tx: Transaction, call: KeyedCall): Promise<NotedCall | null>;

  abstract note(tx: Transaction, key: string, status: number, sealedAnswer: string): Promise<void>;
}
