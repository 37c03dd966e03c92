import type { Instant } from '#app/domain';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import type { StoredRun } from '../runtime/run-store.port.js';

/** What fell due at one step while the journey was paused. */
export interface OverdueAtStep {
  readonly step: string;
  /** Runs whose wait is over. */
  readonly runs: number;
  /** Messages that would go out, */
  readonly messages: number;
  /** and those that came too late to be useful. */
  readonly expired: number;
}

/** What waits in a journey that is paused. */
export abstract class OverdueStore {
  /** When its pause began; null when it isn't paused. */
  abstract pausedSince(tx: Transaction, journeyId: string): Promise<Instant | null>;

  /** By step. */
  abstract count(tx: Transaction, journeyId: string, now: Instant): Promise<OverdueAtStep[]>;

  /** Waiting runs whose timer was due at this time, by id; locked until the transaction ends. */
  abstract lockRuns(
    tx: Transaction,
    journeyId: string,
    now: Instant,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<StoredRun[]>;

  /** Suppresses up to `limit` queued messages that were due at this time; returns how many. */
  abstract skipMessages(tx: Transaction, journeyId: string, now: Instant, limit: number): Promise<number>;
}
