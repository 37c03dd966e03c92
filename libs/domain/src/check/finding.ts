import type { EventType } from '../event/event.js';
import type { Fault } from '../errors.js';
import type { JourneyPlan } from '../journey/plan.js';
import type { Story } from './story.js';

/** `error` keeps a journey from being published; `warning` is for its author to judge. */
export type FindingSeverity = 'error' | 'warning';

export const FINDING_CODES = [
  'entry.never',
  'path.dead',
  'journey.endless',
  'journey.circle',
  'messages.too-many',
  'class.promotion-in-service',
  'class.too-lenient',
  'survey.cooldown',
  'send.after-refund',
  'send.after-cancellation',
  'send.after-return',
  'send.never-expires',
  'review.gated',
  'contact.too-many',
  'hold-out.in-service',
  'template.no-fallback',
  'link.broken',
  'link.insecure',
  'link.without-text',
  'image.without-alt',
  'mail.mostly-images',
  'mail.too-large',
  'mail.no-text',
  'mail.no-unsubscribe',
  'subject.too-long',
  'subject.shouting',
  'sms.too-long',
  'sms.alphabet',
  'whatsapp.too-long',
  'whatsapp.not-approved',
  'template.no-locale',
  'snippet.unknown',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** What a rule looks for, in one line each; the documentation is written from it. */
export const FINDING_RULES: Readonly<Record<FindingCode, { readonly severity: string; readonly rule: string }>> = {
  'entry.never': { severity: 'warning', rule: 'No story was found in which somebody enters.' },
  'path.dead': { severity: 'warning', rule: 'A way that no story takes: an earlier condition always decides first.' },
  'journey.endless': { severity: 'error', rule: 'A run that comes back to a step more than 25 times and never ends.' },
  'journey.circle': { severity: 'error', rule: 'Journeys that start each other over and over.' },
  'messages.too-many': { severity: 'error', rule: 'More than 10 messages of one run.' },
  'class.promotion-in-service': {
    severity: 'error',
    rule: 'Promotion (discounts, codes, prices with a button) in a service message: it reaches people who opted out.',
  },
  'class.too-lenient': {
    severity: 'warning',
    rule: 'A survey in a service message, or a call for reviews or promotion in one whose class asks for less consent.',
  },
  'survey.cooldown': {
    severity: 'error; warning together with other journeys',
    rule: 'Two surveys to one person within 30 days.',
  },
  'send.after-refund': {
    severity: 'error; warning for marketing',
    rule: 'A message other than service after the order was refunded.',
  },
  'send.after-cancellation': { severity: 'error; warning for marketing', rule: 'The same after it was cancelled.' },
  'send.after-return': { severity: 'error', rule: 'The same after a return was asked for; marketing is free to.' },
  'send.never-expires': {
    severity: 'warning',
    rule: 'A service message without usefulFor: it goes out however late it is. Others are given up after 14 days.',
  },
  'review.gated': { severity: 'error', rule: 'Whether somebody is asked for a review depends on a score they gave.' },
  'contact.too-many': {
    severity: 'warning',
    rule: 'More than one message a day besides service, with all given journeys together.',
  },
  'hold-out.in-service': {
    severity: 'warning',
    rule: 'A service message or survey that a hold-out keeps from people.',
  },
  'template.no-fallback': {
    severity: 'warning',
    rule: 'A template that prints a fact which may be unknown, without default and without an if around it.',
  },
  'link.broken': {
    severity: 'error',
    rule: 'A link or picture without an address, with a blank in it, or to a placeholder such as example.com or localhost.',
  },
  'link.insecure': {
    severity: 'warning',
    rule: 'A link or picture by http.',
  },
  'link.without-text': {
    severity: 'warning',
    rule: 'A link that has neither words nor a picture with alt.',
  },
  'image.without-alt': {
    severity: 'warning',
    rule: 'A picture that does not say what it shows.',
  },
  'mail.mostly-images': {
    severity: 'warning',
    rule: 'Fewer than 40 letters of text for each picture, or more than 12 pictures.',
  },
  'mail.too-large': {
    severity: 'warning',
    rule: 'HTML of more than 102 kB: Gmail cuts it off, and with it the unsubscribe line.',
  },
  'mail.no-text': {
    severity: 'warning',
    rule: 'A mail whose text part is empty.',
  },
  'mail.no-unsubscribe': {
    severity: 'error',
    rule: 'A mail other than service that shows nobody how to unsubscribe.',
  },
  'subject.too-long': {
    severity: 'warning',
    rule: 'A subject of more than 78 characters, with the facts of a story.',
  },
  'subject.shouting': {
    severity: 'warning',
    rule: 'A subject in capitals, or with several exclamation marks.',
  },
  'sms.too-long': {
    severity: 'warning',
    rule: 'A text message of more than 3 parts, with the facts of a story.',
  },
  'sms.alphabet': {
    severity: 'warning',
    rule: 'A character that makes a text message dearer and has a plain one in its place, such as a curly apostrophe.',
  },
  'whatsapp.too-long': {
    severity: 'warning',
    rule: 'A message on WhatsApp of more characters than it takes: 1,024 of approved words, 1,600 of others.',
  },
  'whatsapp.not-approved': {
    severity: 'warning',
    rule: 'Words for WhatsApp without a content template: they arrive only within 24 hours of what the person wrote last.',
  },
  'template.no-locale': {
    severity: 'warning',
    rule: 'A template without a language that others of the journey have.',
  },
  'snippet.unknown': {
    severity: 'warning',
    rule: 'A template that prints, with nothing in its place, a snippet that is stored for no product. `afterglow check` knows no shop and cannot tell.',
  },
};

/** A fault with the story that shows it. */
export interface Finding extends Fault {
  readonly code: FindingCode;
  readonly severity: FindingSeverity;
  /** What the engine does in this story. */
  readonly outcome: string;
  readonly story: Story;
  /** The same story with another score, for what must not depend on it. */
  readonly against?: Story | undefined;
  /** Where to look when the story is played. */
  readonly witness: Witness;
}

export interface Witness {
  readonly step?: string | undefined;
  readonly next?: string | undefined;
  /** Condition whose way is never taken. */
  readonly condition?: string | undefined;
  readonly template?: string | undefined;
  readonly event?: EventType | undefined;
  /** True when the other journeys take part. */
  readonly together?: boolean | undefined;
}

export interface CheckInput {
  readonly plan: JourneyPlan;
  /** The other journeys that are live. */
  readonly others: readonly JourneyPlan[];
}

/** JSON pointer of a step. */
export function placeOf({ document }: JourneyPlan, step: string, below = ''): string {
  return `/steps/${document.steps.findIndex(({ id }) => id === step)}${below}`;
}
