import type { Instant } from '#app/domain';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import type { StoredRun } from './run-store.port.js';

/** A due timer that this worker has claimed. */
export interface ClaimedTimer {
  readonly shopId: string;
  readonly runId: string;
  readonly dueAt: Instant;
  /** Counted at the claim, so that a run which kills the process is counted too. */
  readonly attempts: number;
  readonly epoch: number;
  /** Claimed before without progress: it comes alone. */
  readonly isSuspect: boolean;
}

export interface DueRun {
  readonly timer: ClaimedTimer;
  readonly run: StoredRun;
}

/** Waits that are over. */
export abstract class TimerStore {
  /**
   * Claims due timers in a transaction across shops, the longest due first: of each shop its share while more is due than the limit;
   * or one suspect.
   */
  abstract claim(tx: Transaction, limit: number): Promise<ClaimedTimer[]>;

  /**
   * The runs of those timers that are still ours, locked in the order of their ids, with their timers in the order in which they
   * fell due. Timers of journeys that were paused meanwhile go back, to be claimed once the journey resumes. Until the transaction
   * ends nobody pauses or archives a journey of the shop.
   */
  abstract lockDue(tx: Transaction, timers: readonly ClaimedTimer[]): Promise<DueRun[]>;

  /** Puts a timer back for the next try. */
  abstract release(tx: Transaction, timer: ClaimedTimer): Promise<void>;

  /** Sets a timer aside as a dead letter; its run waits for a person. */
  abstract bury(tx: Transaction, timer: ClaimedTimer, code: string, error: string): Promise<void>;
}
