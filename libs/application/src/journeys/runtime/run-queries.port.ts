import type { JournalEntry, RunStatus } from '#app/domain';
import type { Page, PageRequest } from '../../ports/page.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';

export interface RunFilter {
  /** Key of the journey. */
  readonly journey?: string | undefined;
  readonly customerId?: string | undefined;
  readonly orderId?: string | undefined;
  /** The sender's id of the order. */
  readonly order?: string | undefined;
}

export interface RunSummary {
  readonly id: string;
  readonly journey: string;
  readonly version: number;
  readonly customerId: string;
  readonly orderId: string | null;
  /** The sender's id of the order. */
  readonly order: string | null;
  readonly entryKey: string;
  readonly status: RunStatus;
  readonly step: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
  readonly goalAt: string | null;
  /** When a waiting run is woken; null when it waits for an event alone. */
  readonly wakesAt: Date | null;
}

/** Runs and journals as people look at them. */
export abstract class RunQueries {
  /** Newest first. */
  abstract list(tx: Transaction, filter: RunFilter, page: PageRequest): Promise<Page<RunSummary>>;

  abstract find(tx: Transaction, runId: string): Promise<RunSummary | null>;

  /** In the order of the decisions. */
  abstract journal(tx: Transaction, runId: string): Promise<JournalEntry[]>;
}
