import type { IsoInstant, Medium, MessageClass } from '#app/domain';
import type { ToldStatus } from '../feedback/message-news.port.js';
import type { MessageState } from '../ops/shop-operations.repository.js';
import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** What became words and was handed to a channel, or nearly. */
export interface OutboxItem {
  readonly id: string;
  readonly medium: Medium;
  /** Code of the channel that took it: `capture` sends nothing. */
  readonly channel: string;
  readonly class: MessageClass;
  readonly to: string | null;
  /** Null for a text message. */
  readonly subject: string | null;
  readonly state: MessageState;
  readonly reason: string | null;
  /** Key of the journey. */
  readonly journey: string;
  readonly step: string;
  readonly customer: string;
  /** Business time at which it was sent; null when it wasn't, or nobody knows. */
  readonly sentAt: IsoInstant | null;
  readonly createdAt: IsoInstant;
  /** What the provider has told of it since; null: nothing. */
  readonly delivery: ToldStatus | null;
}

export interface StoredLetter extends OutboxItem {
  readonly shopName: string;
  /** Of the shop. */
  readonly currency: string;
  readonly text: string;
  readonly html: string | null;
  /** What the provider calls it: of an e-mail by SMTP its Message-ID. */
  readonly providerRef: string | null;
}

export interface OutboxFilter {
  readonly state?: MessageState | undefined;
  readonly medium?: Medium | undefined;
  readonly channel?: string | undefined;
  /** Key of a journey. */
  readonly journey?: string | undefined;
}

export abstract class OutboxReader {
  /** Newest first. */
  abstract list(tx: Transaction, filter: OutboxFilter, page: PageRequest): Promise<Page<OutboxItem>>;

  abstract find(tx: Transaction, id: string): Promise<StoredLetter | undefined>;
}
