import type { Instant, Medium } from '#app/domain';
import type { NewSuppression } from '../delivery/delivery-store.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** Why nothing goes to an address. */
export const SUPPRESSION_REASONS = [
  'unsubscribed',
  'complained',
  'bounced',
  'soft-bounce',
  'manual',
  'erased',
] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** A row of the list. Addresses are kept as keyed hashes alone. */
export interface Suppression {
  /** Of ours, made of the medium and the hash. */
  readonly id: string;
  readonly medium: Medium;
  /** 64 hexadecimal digits. */
  readonly hash: string;
  readonly scope: NewSuppression['scope'];
  readonly reason: SuppressionReason;
  /** What is known beyond the reason, such as the code of a bounce. */
  readonly detail: string | null;
  readonly since: Instant;
  /** It ends by itself then; null: it doesn't. */
  readonly until: Instant | null;
}

export interface SuppressionPage {
  readonly items: readonly Suppression[];
  /** Where to go on; null on the last page. */
  readonly next: string | null;
}

export interface SuppressionFilter {
  readonly medium?: Medium | undefined;
  readonly reason?: SuppressionReason | undefined;
  /** 64 hexadecimal digits. */
  readonly hash?: string | undefined;
}

export interface ListedSuppression extends NewSuppression {
  /** Null: now. */
  readonly saidAt: Instant | null;
  /** The person has unsubscribed, whatever else stands against the address. */
  readonly isWithdrawn: boolean;
}

export abstract class SuppressionList {
  /** One statement. The wider scope wins, else what is there stays. How many rows are new or wider now. */
  abstract add(tx: Transaction, rows: readonly ListedSuppression[]): Promise<number>;

  /**
   * Newest first.
   * @throws PermanentError `validation` for a cursor that no page gave
   */
  abstract page(
    tx: Transaction,
    filter: SuppressionFilter,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<SuppressionPage>;

  /** Locked until the transaction ends. */
  abstract find(tx: Transaction, id: string): Promise<Suppression | null>;

  abstract lift(tx: Transaction, suppression: Suppression): Promise<void>;

  /** Those of the hashes on a medium that are suppressed. */
  abstract ofHashes(tx: Transaction, hashes: readonly Pick<Suppression, 'medium' | 'hash'>[]): Promise<Suppression[]>;

  /** Addresses that the shop knows people by, in one order; '' begins it. */
  abstract addresses(tx: Transaction, medium: Medium, after: string, limit: number): Promise<string[]>;
}
