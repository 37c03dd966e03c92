import type { ApprovedContent } from './template-engine.port.js';
import type { Fault, Instant, Json, Medium, MessageClass } from '#app/domain';

/** A key by which mails of a domain are signed (DKIM, RFC 6376). */
export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  /** PEM. */
  readonly privateKey: string;
}

/** Who e-mail of a shop comes from. */
export interface MailSender {
  /** Null: the address of the installation. */
  readonly from: string | null;
  readonly replyTo: string | null;
  /** Where reports of what became of the mail go (RFC 5321, MAIL FROM); null: to the sender. */
  readonly returnPath: string | null;
  /** Mail to it unsubscribes, beside the URL; null: none does. */
  readonly unsubscribe: string | null;
  /** Those of the domains that are the shop's; the one of the sender's address signs. */
  readonly keys: readonly DkimKey[];
}

/** What a message is one of, for headers by which mailbox providers tell streams apart. */
export interface MessageStream {
  readonly shopId: string;
  readonly journey: string;
  readonly class: MessageClass;
}

/** A rendered message for exactly one recipient. */
export interface OutboundMessage {
  readonly id: string;
  /** Hexadecimal message key; the same for every try, so a provider with idempotency keys can use it. */
  readonly key: string;
  readonly medium: Medium;
  readonly to: string;
  readonly fromName: string;
  readonly subject: string | null;
  readonly text: string;
  readonly html: string | null;
  /** What makes `text` of words that the provider has approved; left out where they are free. */
  readonly approved?: ApprovedContent | null | undefined;
  /** Absolute URL; present on every class but service. Becomes the List-Unsubscribe headers of an e-mail. */
  readonly unsubscribeUrl: string | null;
  /** Left out: the installation's address, unsigned. */
  readonly sender?: MailSender | undefined;
  readonly stream?: MessageStream | undefined;
}

/** How far a hand-over got. `data`: the provider may have taken it. */
export type HandOverPhase = 'none' | 'connected' | 'envelope' | 'data' | 'answered';

/**
 * What came of a hand-over. Only `transient` and `provider_down` may be tried again: the adapter knows that nothing was accepted.
 * `unknown`: the provider may or may not have it; never tried again by itself.
 */
export interface HandOverResult {
  readonly outcome: 'sent' | 'permanent' | 'transient' | 'provider_down' | 'unknown';
  readonly phase: HandOverPhase;
  readonly providerRef: string | null;
  /** Provider's code, e.g. `550 5.1.1` or `21610`. */
  readonly code: string | null;
  readonly detail: string | null;
  /** The address is bad for good: suppress it. */
  readonly suppress?: 'recipient' | 'opted-out' | undefined;
}

/** A hand-over of which nobody knows what came of it. */
export interface DoubtfulHandOver {
  readonly to: string;
  readonly text: string;
  /** When it began. */
  readonly at: Instant;
}

/** What the provider knows of it; `unreachable`: ask again later. */
export type DoubtAnswer =
  | { readonly answer: 'taken'; readonly providerRef: string }
  | { readonly answer: 'not-taken' | 'unreachable' };

/** What became of words that were handed in for approval. */
export interface Approval {
  /** In the provider's words: `approved`, `pending`, `rejected`, … */
  readonly status: string;
  /** As which kind of message they go: `UTILITY`, `MARKETING`, `AUTHENTICATION`; null before that is settled. */
  readonly category: string | null;
}

/** An outbound channel: one folder in libs/channels. Never throws for what a provider does; it reports. */
export interface Channel {
  readonly code: string;
  readonly title: string;
  readonly medium: Medium;
  /** How many hand-overs it can have under way at once. */
  readonly concurrency: number;
  /** Longest honest hand-over in milliseconds; the fence's lease exceeds it. */
  readonly timeoutMs: number;
  send(message: OutboundMessage): Promise<HandOverResult>;
  /** Asks the provider whether it has the message; only where it keeps a log that can be asked. */
  find?(handOver: DoubtfulHandOver): Promise<DoubtAnswer>;
  /** Asks the provider how approved words stand; null where it doesn't know them, or can't be asked. */
  approvalOf?(sid: string): Promise<Approval | null>;
  close(): Promise<void>;
}

/** A kind of channel of which a shop can have accounts. */
export interface ChannelKindInfo {
  readonly code: string;
  readonly title: string;
  readonly media: readonly Medium[];
  /** JSON Schema of the settings of an account. */
  readonly settings: Json;
}

/** The channel that serves a medium in this installation: SMTP or Twilio where configured, else capture; and those of shops' accounts. */
export abstract class Channels {
  abstract forMedium(medium: Medium): Channel;

  /**
   * A channel for an account of a shop; whoever opens it closes it.
   * @throws PermanentError `configuration` when there is no such kind, or the settings are not what it asks for
   */
  abstract open(code: string, settings: Json, medium: Medium): Channel;

  /**
   * What the provider of an account signs its calls by, as the source kind `source`; undefined where it makes none.
   * @throws PermanentError `configuration` as `open`
   */
  abstract secretOf(code: string, settings: Json, source: string): string | undefined;

  abstract kinds(): readonly ChannelKindInfo[];

  /** What is wrong with the settings of an account, pointers from its root. */
  abstract faultsOf(code: string, settings: Json, medium: Medium): readonly Fault[];

  /** Where an account is and who it is, without its secrets: `mail.example.com:587 as shop`. */
  abstract outline(code: string, settings: Json): string;

  abstract close(): Promise<void>;
}
