import type { Medium, MessageClass } from '../consent/message-class.js';
import type { OrderFacts } from '../facts/facts.js';
import type { SurveyDefinition } from '../journey/document.js';
import type { CasePriority } from '../journey/run.js';
import type { Instant, IsoDate } from '../time/instant.js';
import type { MonthBudget } from './contact-rules.js';

/** A feedback, review or marketing message that was handed over. */
export interface PastContact {
  readonly at: Instant;
  readonly class: MessageClass;
  readonly medium: Medium;
  readonly runId: string;
  readonly survey: SurveyMark | null;
  /** The goal of its run is reached: so a review request is answered. */
  readonly hasReachedGoal: boolean;
}

export type SurveyMark = Pick<SurveyDefinition, 'key' | 'metric'>;

export interface PastAnswer {
  readonly at: Instant;
  readonly metric: SurveyDefinition['metric'];
  /** See `isBadAnswer`. */
  readonly isBad: boolean;
}

export interface PastCase {
  readonly topic: string;
  readonly priority: CasePriority;
  /** That opened it. */
  readonly runId: string;
  readonly openedAt: Instant;
  readonly closedAt: Instant | null;
}

/** A feedback, review or marketing message to the same person that is due and hasn't been judged yet. */
export interface RivalMessage {
  readonly priority: number;
  readonly dueAt: Instant;
}

/** What a shop with a ceiling has handed over on its present day, to everybody and by one medium. */
export interface ShopDay {
  readonly day: IsoDate;
  /** IANA zone of the shop. */
  readonly zone: string;
  readonly handed: number;
  readonly limit: number;
}

/** What a shop with a budget has spent in its present month, on everybody and by one medium. */
export interface ShopMonth {
  /** Such as `2026-03`. */
  readonly month: string;
  /** IANA zone of the shop. */
  readonly zone: string;
  readonly currency: string;
  readonly budget: MonthBudget;
  readonly spent: Spending;
}

export interface Spending {
  readonly messages: number;
  /** Millionths of the currency's unit. */
  readonly costMicros: number;
}

/** What counts when a message to one person is judged, over all journeys and media. The order within each list is of no account. */
export interface ContactHistory {
  readonly contacts: readonly PastContact[];
  readonly answers: readonly PastAnswer[];
  readonly cases: readonly PastCase[];
  readonly orders: readonly OrderFacts[];
  /** When the person last wrote something that a person has to read. */
  readonly repliedAt?: Instant | null;
  readonly rivals: readonly RivalMessage[];
  /** Left out where there is no ceiling. */
  readonly shopDay?: ShopDay;
  /** Left out where there is no budget. */
  readonly shopMonth?: ShopMonth;
}

export const EMPTY_CONTACT_HISTORY: ContactHistory = { contacts: [], answers: [], cases: [], orders: [], rivals: [] };

/** A message that wants to go out now. */
export interface ContactCandidate {
  readonly class: MessageClass;
  readonly medium: Medium;
  readonly runId: string;
  /** Of its journey, 0 to 100; higher goes first. */
  readonly priority: number;
  /** Business time at which it fell due: the earlier of two goes first where their priority is the same. */
  readonly dueAt: Instant;
  readonly survey: SurveyMark | null;
  /** See `usefulUntilOf`; a message whose time is over isn't judged any more. */
  readonly usefulUntil: Instant | null;
  /** The person's IANA zone, a likely one where unknown: days and rests are those of it. */
  readonly zone: string;
  /** Further zones that may be the person's: messages go out when it is day in all of them. */
  readonly otherZones?: readonly string[];
  /** The order that the message is about. */
  readonly order: OrderFacts | null;
  /** What it is likely to cost; left out where nobody knows. */
  readonly costMicros?: number;
}
