import type { IsoInstant, Medium } from '#app/domain';
import type { ToldStatus } from '../feedback/message-news.port.js';
import type { MessageState } from '../ops/shop-operations.repository.js';
import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** A message as the API shows it. */
export interface MessageView {
  readonly id: string;
  readonly key: string;
  /** Code of the channel that took it; the medium while none has. */
  readonly channel: string;
  readonly medium: Medium;
  readonly class: string;
  readonly to: string | null;
  readonly subject: string | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly state: MessageState;
  readonly reason: string | null;
  /** What came of asking the provider about a message in doubt; null while nobody has. */
  readonly providerSays: 'taken' | 'not-taken' | 'cannot-tell' | 'not-asked' | null;
  /** Key of the journey. */
  readonly journey: string;
  readonly step: string;
  readonly run: string;
  readonly customer: string;
  /** The sender's id of the order. */
  readonly order: string | null;
  readonly attempts: number;
  readonly dueAt: IsoInstant;
  /** It isn't tried before. */
  readonly notBefore: IsoInstant;
  readonly sentAt: IsoInstant | null;
  /** What the provider has told of it since; null: nothing. */
  readonly delivery: ToldStatus | null;
}

export interface MessageFilter {
  readonly state?: MessageState | undefined;
  /** Key of a journey. */
  readonly journey?: string | undefined;
  /** Our id of a customer; messages of records merged into it are included. */
  readonly customer?: string | undefined;
  /** The sender's id of an order. */
  readonly order?: string | undefined;
}

export abstract class MessageReader {
  /** In the order in which they were planned. */
  abstract list(tx: Transaction, filter: MessageFilter, page: PageRequest): Promise<Page<MessageView>>;

  abstract find(tx: Transaction, id: string): Promise<MessageView | undefined>;
}

export type Settlement = 'sent' | 'failed' | 'resend';

/** What operators may do to a message by hand. */
export abstract class MessageDesk {
  /** Decides on a message in state `unknown`. False when it isn't in that state (any more). */
  abstract settle(tx: Transaction, id: string, settlement: Settlement, note: string): Promise<boolean>;
}
