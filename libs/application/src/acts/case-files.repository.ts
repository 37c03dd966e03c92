import type { CasePriority, Instant } from '#app/domain';
import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

export type CaseState = 'open' | 'closed';

/** A matter that a journey handed over to a person. */
export interface CaseFile {
  readonly id: string;
  readonly topic: string;
  readonly title: string;
  readonly priority: CasePriority;
  readonly state: CaseState;
  readonly customer: string;
  /** The sender's id of the order; null when the case concerns none. */
  readonly order: string | null;
  readonly run: string;
  readonly openedAt: Instant;
  readonly closedAt: Instant | null;
  /** How it ended; `merged`: another case of the same person and topic goes on. */
  readonly outcome: string | null;
  /** Each reason for it, the one that opened it first. */
  readonly notes: readonly CaseNote[];
}

export interface CaseNote {
  readonly title: string;
  readonly priority: CasePriority;
  readonly run: string;
  readonly step: string;
  readonly at: Instant;
}

export interface CaseFilter {
  readonly state?: CaseState | undefined;
  readonly customer?: string | undefined;
}

export abstract class CaseFiles {
  /** Oldest first. */
  abstract list(tx: Transaction, filter: CaseFilter, page: PageRequest): Promise<Page<CaseFile>>;

  abstract find(tx: Transaction, id: string): Promise<CaseFile | null>;

  /** False when there is no open case of this id. */
  abstract close(tx: Transaction, id: string, outcome: string): Promise<boolean>;
}
