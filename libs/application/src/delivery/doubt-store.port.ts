import type { Instant, Medium } from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** A message in state `unknown` that nobody has looked into. */
export interface DoubtfulMessage {
  readonly id: string;
  readonly epoch: number;
  readonly medium: Medium;
  /** Code of the channel that was to take it. */
  readonly channel: string | null;
  /** The shop's own account that was to take it; null: that of the installation. */
  readonly accountId: string | null;
  readonly to: string | null;
  /** Null once the texts of old messages are deleted. */
  readonly text: string | null;
  readonly handedAt: Instant;
  /** The provider has told of it by itself since. */
  readonly isTold: boolean;
  /** The shop wants it sent once more, and it is still useful. */
  readonly mayBeResent: boolean;
}

/** What is done about it. `held`: it stays unknown, for a person to decide. */
export type DoubtVerdict =
  | { readonly state: 'sent'; readonly answer: 'taken'; readonly providerRef: string | null }
  | { readonly state: 'queued' | 'held'; readonly answer: 'not-taken' | 'cannot-tell' };

export abstract class DoubtStore {
  /** Across shops: messages handed over at least so long ago (business time) and not looked into yet, oldest first. */
  abstract list(
    tx: Transaction,
    quarantineMs: number,
    limit: number,
  ): Promise<readonly { readonly shopId: string; readonly id: string }[]>;

  /** Undefined when it isn't in doubt any more. */
  abstract load(tx: Transaction, id: string): Promise<DoubtfulMessage | undefined>;

  /** False when an outcome came meanwhile, or somebody else settled it. */
  abstract settle(tx: Transaction, message: DoubtfulMessage, verdict: DoubtVerdict): Promise<boolean>;
}
