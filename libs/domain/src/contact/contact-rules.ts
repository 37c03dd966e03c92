import type { Medium, MessageClass } from '../consent/message-class.js';
import { addDuration, type Instant } from '../time/instant.js';
import type { LocalWindow } from '../time/window.js';

/**
 * How much a shop asks of one person, over all journeys and media, and what it sends at most. Null switches a rule off. Durations are ISO 8601, days of the
 * wall clock in the person's zone (the shop's where unknown). Service messages are outside all of them, but for the hours of texts.
 */
export interface ContactRules {
  /** Local hours in which messages go out. */
  readonly hours: LocalWindow | null;
  /** A text wakes people up: those of service keep to the hours as well. */
  readonly serviceTextsInHours: boolean;
  /** But for those about an order that is out for delivery, or that could not be delivered. */
  readonly urgentTextsAnytime: boolean;
  /** Feedback, review and marketing messages a calendar day, reminders included. */
  readonly perDay: number | null;
  /** Marketing messages in any seven days. */
  readonly marketingPer7Days: number | null;
  /** No marketing for so long after an answer to any survey. */
  readonly marketingRestAfterAnswer: string | null;
  /** No NPS question for so long after an earlier one, and after an answer to one. */
  readonly npsRestAfterInvitation: string | null;
  readonly npsRestAfterAnswer: string | null;
  /** The same CSAT or CES survey isn't asked again for so long. */
  readonly surveyRest: string | null;
  /** CSAT and CES questions in any thirty days, all surveys together. */
  readonly surveysPer30Days: number | null;
  /** No survey for so long after a case was opened, but for those of the run that opened it. */
  readonly surveyRestAfterCase: string | null;
  /** Between review requests of different runs. */
  readonly reviewRest: string | null;
  /** So many questions, or review requests, in a row without an answer double the rest until the next of the kind. */
  readonly doubleRestAfterIgnored: number | null;
  /** From a question or a review request to its reminder, should the first have gone out late. */
  readonly reminderRest: string | null;
  /** Marketing waits while something is wrong for the person. */
  readonly moodGuard: boolean;
  /** Review requests wait while the order or its return is under way. */
  readonly reviewGuard: boolean;
  /** Messages that the shop hands over a day of its own, to all people together; whatever isn't a service message waits beyond it. */
  readonly shopPerDay: Readonly<Partial<Record<Medium, number>>> | null;
  /** What they may come to in a calendar month of the shop; beyond it the same. */
  readonly shopPerMonth: Readonly<Partial<Record<Medium, MonthBudget>>> | null;
}

/** Whichever is used up first. */
export interface MonthBudget {
  readonly messages?: number;
  /** Minor units of the shop's currency. */
  readonly cost?: number;
}

export const DEFAULT_CONTACT_RULES: ContactRules = {
  hours: { from: '08:00', to: '21:00' },
  serviceTextsInHours: true,
  urgentTextsAnytime: false,
  perDay: 1,
  marketingPer7Days: 3,
  marketingRestAfterAnswer: 'P2D',
  npsRestAfterInvitation: 'P30D',
  npsRestAfterAnswer: 'P90D',
  surveyRest: 'P30D',
  surveysPer30Days: 2,
  surveyRestAfterCase: 'P14D',
  reviewRest: 'P5D',
  doubleRestAfterIgnored: 2,
  reminderRest: 'P3D',
  moodGuard: true,
  reviewGuard: true,
  shopPerDay: null,
  shopPerMonth: null,
};

export function isAnyRuleOn(rules: ContactRules): boolean {
  return Object.values(rules).some((rule) => rule !== null && rule !== false);
}

/** How long a message waits for its turn when its step names no `usefulFor`. */
const DEFAULT_USEFUL_FOR = 'P14D';

/** After this time a message isn't worth sending; null for a service message whose step says nothing. */
export function usefulUntilOf(
  message: { readonly class: MessageClass; readonly dueAt: Instant; readonly usefulUntil: Instant | null },
  zone: string,
): Instant | null {
  if (message.usefulUntil !== null || message.class === 'service') return message.usefulUntil;
  return addDuration(message.dueAt, DEFAULT_USEFUL_FOR, zone);
}

/** Rolling windows that aren't settings. */
export const MARKETING_WINDOW = 'P7D';
export const SURVEY_WINDOW = 'P30D';
/** So long a bad answer without a closed case counts as a complaint. */
export const COMPLAINT_WINDOW = 'P14D';
/** So long what somebody wrote to the shop holds marketing, unless a case is closed before. */
export const REPLY_WINDOW = 'P7D';

/** The longest rest that can be set. */
export const MAX_REST_DAYS = 366;
/** No rule reaches further back than this: a rest may be doubled. */
export const CONTACT_MEMORY_DAYS = 2 * MAX_REST_DAYS;
