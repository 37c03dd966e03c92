import type { Transaction } from '../ports/unit-of-work.port.js';

export interface LoginLimit {
  /** Keyed hash of an account or of an address on the net. */
  readonly key: Uint8Array;
  readonly maxTries: number;
}

/** How often somebody tried to sign in, counted for all processes together. */
export abstract class LoginThrottle {
  /** Counts a try, before it is judged; answers after how many seconds the next one is let in when there were too many, else 0. */
  abstract count(tx: Transaction, limits: readonly LoginLimit[], windowSeconds: number): Promise<number>;

  abstract forget(tx: Transaction, key: Uint8Array): Promise<void>;
}
