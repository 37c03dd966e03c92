import type { Instant } from '#app/domain';
import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

export interface AuditEntry {
  readonly id: string;
  readonly at: Instant;
  readonly actor: string;
  readonly operation: string;
  readonly requestId: string;
  /** `insert`, `update` and `delete` of a row, or the word of a use case */
  readonly action: string;
  readonly subject: string;
  readonly subjectId: string;
  /** What was before and is after by name, or true for a secret. */
  readonly changes: Readonly<Record<string, unknown>>;
}

export interface AuditNote {
  readonly action: string;
  readonly subject: string;
  readonly subjectId: string;
  readonly changes?: Readonly<Record<string, unknown>>;
}

/** Who changed what. Changes of settings write themselves; use cases note what leaves no such trace. */
export abstract class AuditTrail {
  /** In the commit of the work; nothing without an actor. */
  abstract note(tx: Transaction, note: AuditNote): Promise<void>;

  /** Newest first. */
  abstract list(tx: Transaction, page: PageRequest): Promise<Page<AuditEntry>>;
}
