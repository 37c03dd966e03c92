import type {
  ContactJudgement,
  CustomerFacts,
  Instant,
  Json,
  Medium,
  MessageClass,
  SurveyDefinition,
} from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';
import type { HandOverPhase, HandOverResult } from './channel.js';
import type { ApprovedContent } from './template-engine.port.js';

/** A message that this process has claimed. Everything it does to the row later names the epoch, so that a successor's claim wins. */
export interface ClaimedMessage {
  readonly shopId: string;
  readonly id: string;
  readonly epoch: number;
  readonly attempts: number;
  /** Claims of it ended without a word: it comes alone, and is to be composed while nothing else is in hand. */
  readonly isSuspect: boolean;
}

/** How much a claim may take. */
export interface ClaimRoom {
  readonly messages: number;
  /** Of those, how many may be ones that the provider has sent back before. */
  readonly retries: number;
}

/** Whose messages a claim may take. */
export interface ClaimedShops {
  /** Null: everybody's but those of `except`. */
  readonly only: readonly string[] | null;
  readonly except: readonly string[];
}

/** A claimed message as it was planned. */
export interface DueMessage {
  readonly id: string;
  readonly epoch: number;
  /** Counted at the claim: 1 for the first try. */
  readonly attempts: number;
  /** Earlier claims that ran out: whoever held it stood still or died. */
  readonly claimsLost: number;
  /** The provider has sent it back before. */
  readonly isRetry: boolean;
  /** 64 hexadecimal digits. */
  readonly key: string;
  readonly versionId: string;
  readonly runId: string;
  readonly customerId: string;
  readonly orderId: string | null;
  readonly medium: Medium;
  readonly class: MessageClass;
  readonly template: string;
  readonly survey: SurveyDefinition | null;
  readonly context: { readonly [name: string]: Json };
  /** Business time at which it fell due. */
  readonly dueAt: Instant;
  /** It is useless from then on. */
  readonly expiresAt: Instant | null;
  /** Business time of the reading. */
  readonly now: Instant;
}

/** What decides whether a message may still go, read under a lock on the person's row. */
export interface GateFacts {
  readonly id: string;
  readonly customer: CustomerFacts;
  readonly isExpired: boolean;
  /** Why it was put off or tried in vain before. */
  readonly reason: string | null;
  /** An event of the journey's `exitOn`, or another journey, ended the run. */
  readonly hasRunExited: boolean;
  /** The journey was archived after the message was planned. */
  readonly isArchived: boolean;
  /** The journey or the shop stands still. */
  readonly isHeld: boolean;
}

export interface LinkToken {
  /** 64 hexadecimal digits: sha256 of the token. */
  readonly hash: string;
  readonly purpose: 'survey' | 'unsubscribe' | 'click';
  readonly expiresAt: Instant;
}

export interface MessageContent {
  /** Where its links lead on to, in the order of their numbers; left out where they lead there themselves. */
  readonly links?: readonly string[];
  readonly subject: string | null;
  readonly text: string;
  readonly html: string | null;
  /** What makes the text of words that the provider has approved; left out where they are free. */
  readonly approved?: ApprovedContent | null;
}

/** What the fence does to a claimed message; `queued` gives the claim back uncounted, for the time that the judgement names. */
export interface FenceVerdict {
  readonly id: string;
  readonly epoch: number;
  readonly state: 'handing' | 'suppressed' | 'expired' | 'failed' | 'queued';
  /** Null for `queued` keeps the one that it has. */
  readonly reason: string | null;
  /** Business time before which it isn't tried again; null: at once, or when the judgement says. */
  readonly until: Instant | null;
  /** Null for what wasn't judged: service messages, and what something else had stopped before. */
  readonly judgement: ContactJudgement | null;
  /** What is about to be handed over. */
  readonly parcel: FencedParcel | null;
  /** Error text of a message that goes to the dead letters. */
  readonly deadLetter: { readonly code: string; readonly error: string } | null;
}

export interface FencedParcel {
  readonly customerId: string;
  readonly channel: string;
  readonly accountId: string | null;
  readonly address: string;
  readonly content: MessageContent;
  /** 64 hexadecimal digits. */
  readonly contentHash: string;
  /** What it is likely to cost, in millionths of the currency's unit; counted where the shop has a budget. */
  readonly costMicros: number;
  readonly links: readonly LinkToken[];
}

/** What came of a hand-over, ready to be stored. */
export interface HandOverRecord {
  readonly id: string;
  readonly epoch: number;
  readonly state: 'sent' | 'failed' | 'unknown' | 'queued';
  readonly reason: string | null;
  /** For `queued`: milliseconds of business time until the next try. */
  readonly delayMs: number;
  /** The try doesn't count: the provider was down, or nothing was tried. */
  readonly isUncounted: boolean;
  readonly providerRef: string | null;
  /** Null when nothing was handed over. */
  readonly attempt: HandOverAttempt | null;
  readonly suppression: NewSuppression | null;
  readonly deadLetter: { readonly code: string; readonly error: string } | null;
}

interface HandOverAttempt {
  readonly channel: string;
  /** Of the shop; null for the account of the installation. */
  readonly accountId: string | null;
  readonly phase: HandOverPhase;
  readonly outcome: HandOverResult['outcome'];
  readonly code: string | null;
  readonly detail: string | null;
  readonly durationMs: number;
}

export interface NewSuppression {
  readonly medium: Medium;
  /** 64 hexadecimal digits, see SecretPort.fingerprint with purpose `address`. */
  readonly fingerprint: string;
  readonly scope: 'all' | 'non_service';
  readonly reason: string;
}

/** Message rows on their way out. Every method takes a fixed number of statements, whatever the number of messages. */
export abstract class DeliveryStore {
  /** Claims due messages in a transaction across shops: of each shop its share while more is due than there is room; or one suspect. */
  abstract claim(
    tx: Transaction,
    medium: Medium,
    room: ClaimRoom,
    shops: ClaimedShops,
    leaseMs: number,
  ): Promise<ClaimedMessage[]>;

  /** Those of the claimed messages that are still claimed by this epoch, in the order given. */
  abstract load(tx: Transaction, claims: readonly ClaimedMessage[]): Promise<DueMessage[]>;

  /**
   * Facts for the gate; locks the people's rows until the transaction ends, against other fences as well where their messages are
   * counted: some aren't service messages. Messages that were lost to another claim are left out.
   */
  abstract gate(tx: Transaction, messages: readonly DueMessage[]): Promise<GateFacts[]>;

  /** Scopes of the suppressed ones among these addresses, by fingerprint. */
  abstract suppressed(
    tx: Transaction,
    medium: Medium,
    fingerprints: readonly string[],
  ): Promise<ReadonlyMap<string, NewSuppression['scope']>>;

  /**
   * Carries out verdicts where epoch and lease still hold; stores contents and links of what is handed over.
   * Returns the ids whose verdict took effect: only these may be sent.
   */
  abstract fence(tx: Transaction, verdicts: readonly FenceVerdict[], leaseMs: number): Promise<ReadonlySet<string>>;

  /** Stores outcomes where the epoch still holds; what the provider has not taken costs nothing. Returns the ids it did so for. */
  abstract record(tx: Transaction, records: readonly HandOverRecord[]): Promise<ReadonlySet<string>>;

  abstract suppress(tx: Transaction, suppressions: readonly NewSuppression[]): Promise<void>;
}
