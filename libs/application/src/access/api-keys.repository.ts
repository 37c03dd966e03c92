import type { Grant, Instant } from '#app/domain';
import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import type { Caller } from './caller.js';

export interface ApiKey extends Grant {
  readonly id: string;
  readonly name: string;
  /** First characters of the key. */
  readonly hint: string;
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant | null;
  /** From then on it is not valid. */
  readonly expiresAt: Instant | null;
}

export interface NewApiKey extends Grant {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly hash: Uint8Array;
  readonly expiresAt: Instant | null;
}

/** API keys; only their SHA-256 is stored. */
export abstract class ApiKeys {
  /** Across shops: the caller that a valid key stands for. */
  abstract find(tx: Transaction, hash: Uint8Array): Promise<Caller | null>;

  /** Valid keys, oldest first. */
  abstract list(tx: Transaction, page: PageRequest): Promise<Page<ApiKey>>;

  /** A valid key, locked until the transaction ends. */
  abstract lock(tx: Transaction, id: string): Promise<ApiKey | null>;

  /** Ids of the owner's keys without scopes or an end; those rows stay locked until the transaction ends. */
  abstract lockOwners(tx: Transaction): Promise<string[]>;

  abstract insert(tx: Transaction, key: NewApiKey): Promise<void>;

  /** Inserts a key of which the text is given from outside, or makes it valid again. */
  abstract ensure(tx: Transaction, key: NewApiKey): Promise<void>;

  abstract revoke(tx: Transaction, id: string): Promise<void>;

  abstract touch(tx: Transaction, id: string): Promise<void>;
}
