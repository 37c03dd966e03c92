import type { Instant, Json } from '#app/domain';
import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

export interface Source {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly settings: Json;
  readonly createdAt: Instant;
}

export interface StoredSource extends Source {
  /** See `openSecrets`. */
  readonly sealedSecrets: string;
}

export interface LockedSource extends StoredSource {
  /** Wall time. */
  readonly lockedAt: Instant;
}

/** Where a shop's events come from. Deleted sources keep their rows: events name them. */
export abstract class Sources {
  /** Oldest first. */
  abstract list(tx: Transaction, page: PageRequest): Promise<Page<Source>>;

  abstract find(tx: Transaction, id: string): Promise<Source | null>;

  /** The row stays locked until the transaction ends. */
  abstract lock(tx: Transaction, id: string): Promise<LockedSource | null>;

  abstract insert(tx: Transaction, source: Omit<StoredSource, 'createdAt'>): Promise<void>;

  abstract changeSecrets(tx: Transaction, id: string, sealedSecrets: string): Promise<void>;

  abstract remove(tx: Transaction, id: string): Promise<void>;
}
