import type { Transaction } from '../ports/unit-of-work.port.js';
import type { Caller } from './caller.js';

/** A member who is signed in. */
export interface SessionCaller extends Caller {
  readonly kind: 'member';
  readonly sessionId: string;
}

/** By the wall clock: who moves the virtual clock stays signed in. */
export abstract class SessionSettings {
  /** A session that was not used for so long is over. */
  abstract readonly idleSeconds: number;
  /** And so is one that began so long ago. */
  abstract readonly maxSeconds: number;
}

/** Sessions of members; only the SHA-256 of their tokens is stored. */
export abstract class Sessions {
  /** Across shops: whose session it is, while it lasts and the member is not disabled. */
  abstract find(tx: Transaction, hash: Uint8Array): Promise<SessionCaller | null>;

  /** Also forgets those of the shop that are over. */
  abstract insert(
    tx: Transaction,
    session: { readonly id: string; readonly memberId: string; readonly hash: Uint8Array },
    lasts: SessionSettings,
  ): Promise<void>;

  abstract touch(tx: Transaction, id: string, lasts: SessionSettings): Promise<void>;

  abstract end(tx: Transaction, id: string): Promise<void>;

  /** Every session of a member but `except`; returns how many. */
  abstract endAll(tx: Transaction, memberId: string, except: string | null): Promise<number>;
}
