import type { Instant, Medium } from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';
import type { LinkHit } from './judge-hits.js';

/** A message whose links were followed. */
export interface HitMessage {
  readonly medium: Medium;
  /** Business time. */
  readonly handedAt: Instant | null;
  /** Where its links lead on to. */
  readonly links: readonly string[];
  readonly hits: readonly LinkHit[];
}

/** Who followed which link of a message, people and machines. */
export abstract class LinkHits {
  /** Where a link of a message leads on to; undefined when it has none of that number, or its words are deleted. */
  abstract destination(tx: Transaction, messageId: string, position: number): Promise<string | undefined>;

  /** @param agent what the program calls itself */
  abstract add(
    tx: Transaction,
    hit: { readonly messageId: string; readonly position: number; readonly agent: string; readonly isRobot: boolean },
  ): Promise<void>;

  /** Across shops: messages with hits that nobody has judged, none of them younger than so many milliseconds. */
  abstract unjudged(
    tx: Transaction,
    quietMs: number,
    limit: number,
  ): Promise<readonly { readonly shopId: string; readonly messageId: string }[]>;

  /** The oldest hits of a message that nobody has judged, and those shortly before; no more than is looked at in one go. Kept from others. */
  abstract load(tx: Transaction, messageId: string): Promise<HitMessage>;

  /** Notes of each of these hits whether it was a machine's. */
  abstract judge(tx: Transaction, hits: readonly LinkHit[], machines: ReadonlySet<string>): Promise<void>;
}
