import type {
  CustomerFacts,
  IsoInstant,
  Json,
  Medium,
  MessageMention,
  PhoneMedium,
  SurveyDefinition,
} from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** In the order of their rank, by which a later word never takes an earlier one back. */
export const STATUS_RANKS = {
  queued: 0,
  sending: 1,
  sent: 2,
  delivered: 3,
  undelivered: 3,
  failed: 3,
  read: 4,
} as const;
export type MessageStatus = keyof typeof STATUS_RANKS;

/** What a provider said of a message last, as it is shown. */
export interface ToldStatus {
  readonly status: MessageStatus;
  readonly at: IsoInstant;
  /** In the provider's words, of a message that didn't arrive. */
  readonly code: string | null;
  /** What the provider asks for it: a decimal text in the unit of the currency. */
  readonly cost: { readonly amount: string; readonly currency: string } | null;
}

/** What a provider says of a message. */
export interface StatusNews extends Pick<MessageMention, 'messageId' | 'providerRef'> {
  readonly status: MessageStatus;
  readonly at: IsoInstant;
  readonly code?: string | undefined;
  /** Millionths of the currency's unit. */
  readonly cost?: { readonly micros: number; readonly currency: string } | undefined;
}

export type StoredStatus = StatusNews & { readonly messageId: string };

/** A message of ours that somebody says something of. */
export interface MentionedMessage {
  readonly id: string;
  readonly providerRef: string | null;
  readonly medium: Medium;
  readonly address: string | null;
  readonly survey: SurveyDefinition | null;
  readonly orderExternalId: string | null;
  readonly customer: CustomerFacts;
}

/** A number, and how it is written to. */
export interface Line {
  readonly medium: PhoneMedium;
  readonly number: string;
}

export interface Conversation extends Line {
  /** The last message to it; null when it was never written to. */
  readonly last: MentionedMessage | null;
  /** The last question that still waits for an answer. */
  readonly asked: MentionedMessage | null;
  /** The one that asked for consent, and when, unless a question came after it; `context`: its variables, which say for what. */
  readonly confirming: {
    readonly message: MentionedMessage;
    readonly context: { readonly [name: string]: Json };
    readonly at: IsoInstant;
  } | null;
  /** Whom the last message went to, else whose number it is. */
  readonly customer: CustomerFacts | null;
}

/** Messages by what providers and people call them, and what became of them. */
export abstract class MessageNewsStore {
  abstract mentioned(
    tx: Transaction,
    sought: { readonly ids: readonly string[]; readonly refs: readonly string[] },
  ): Promise<MentionedMessage[]>;

  /**
   * What is known of each of these lines; nothing of those that are nobody's.
   * @param open how long questions wait for an answer
   */
  abstract conversations(
    tx: Transaction,
    lines: readonly Line[],
    open: { readonly surveyMs: number; readonly consentMs: number },
  ): Promise<Conversation[]>;

  /** Keeps what ranks above what is known; a message in doubt is settled by it. */
  abstract note(tx: Transaction, statuses: readonly StoredStatus[]): Promise<void>;
}
