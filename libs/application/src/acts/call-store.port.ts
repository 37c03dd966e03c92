import type { Instant, Json } from '#app/domain';
import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

export type CallState = 'queued' | 'claimed' | 'sent' | 'failed' | 'suppressed';

/** A call that this process has claimed; the epoch names the claim. */
export interface ClaimedCall {
  readonly shopId: string;
  readonly id: string;
  readonly epoch: number;
  /** Counted at the claim: 1 for the first try. */
  readonly attempts: number;
}

export interface DueCall {
  readonly claim: ClaimedCall;
  readonly url: string;
  readonly payload: Json;
  /** The journey or the shop stands still. */
  readonly isHeld: boolean;
  /** The journey was archived after the call was decided. */
  readonly isArchived: boolean;
  /** Wall time of the reading. */
  readonly wallAt: Instant;
}

/** What became of a claimed call. */
export interface CallRecord {
  readonly claim: ClaimedCall;
  readonly state: CallState;
  readonly reason: string | null;
  /** For `queued`: milliseconds of business time until the next try. */
  readonly delayMs: number;
  /** The try doesn't count: nothing was tried. */
  readonly isUncounted: boolean;
  /** The journey is paused: the call waits until it resumes. */
  readonly isHeld: boolean;
  readonly status: number | null;
  readonly answer: string | null;
  readonly deadLetter: { readonly code: string; readonly error: string } | null;
}

export interface CallView {
  readonly id: string;
  readonly url: string;
  readonly payload: Json;
  readonly state: CallState;
  readonly reason: string | null;
  readonly status: number | null;
  readonly answer: string | null;
  readonly attempts: number;
  readonly journey: string;
  readonly step: string;
  readonly run: string;
  readonly customer: string;
  readonly dueAt: Instant;
  readonly nextAt: Instant | null;
  readonly sentAt: Instant | null;
}

export interface CallFilter {
  readonly state?: CallState | undefined;
  readonly customer?: string | undefined;
}

/**
 * Calls of webhooks on their way out. A claim is all the fence there is: a call may be made twice, since its receiver recognises
 * the second one by its id; what a dead process left is simply tried again.
 */
export abstract class CallStore {
  /**
   * Claims due calls of any shops, in a transaction across shops. A shop that has many under way gets few more, or none.
   * @param free how many calls may be begun
   * @param busy shop of each call that this process has under way
   */
  abstract claim(tx: Transaction, free: number, busy: readonly string[], leaseMs: number): Promise<ClaimedCall[]>;

  /** Those of the claimed calls of this shop that are still ours. */
  abstract load(tx: Transaction, claims: readonly ClaimedCall[]): Promise<DueCall[]>;

  /** Stores what became of a call unless a later claim has taken it over. */
  abstract record(tx: Transaction, record: CallRecord): Promise<void>;

  abstract list(tx: Transaction, filter: CallFilter, page: PageRequest): Promise<Page<CallView>>;

  /** The shop's sealed signing secrets, locked until the transaction ends where asked; null when it has none yet. */
  abstract secrets(
    tx: Transaction,
    lock: boolean,
  ): Promise<{ readonly sealed: string | null; readonly wallAt: Instant }>;

  /** Stores the secrets; where others were stored first and `onlyFirst` says so, those stay. */
  abstract saveSecrets(tx: Transaction, sealed: string, onlyFirst: boolean): Promise<void>;
}
