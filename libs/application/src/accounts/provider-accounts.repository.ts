import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import type { ProviderAccount } from './provider-account.js';

export interface StoredAccount extends ProviderAccount {
  /** See `accountContext`. */
  readonly sealedSettings: string;
  /** Today (UTC), of what counts against a limit. */
  readonly handedToday: number;
}

/** A shop's own accounts. Deleted ones keep their rows: messages name them. */
export abstract class ProviderAccounts {
  /** Oldest first. */
  abstract list(tx: Transaction, page: PageRequest): Promise<Page<StoredAccount>>;

  /** The row stays locked until the transaction ends. */
  abstract lock(tx: Transaction, id: string): Promise<StoredAccount | null>;

  abstract find(tx: Transaction, id: string): Promise<StoredAccount | null>;

  abstract insert(tx: Transaction, account: Omit<StoredAccount, 'createdAt' | 'handedToday'>): Promise<void>;

  /** All but medium and channel. */
  abstract update(tx: Transaction, account: StoredAccount): Promise<void>;

  abstract remove(tx: Transaction, id: string): Promise<void>;
}
