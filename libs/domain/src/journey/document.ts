import type { EventType, SurveyScale } from '../event/event.js';
import type { Json } from '../facts/view.js';
import type { MessageClass } from '../consent/message-class.js';
import type { Weekday } from '../time/business-days.js';

/** An event that a journey reacts to, with an optional CEL condition over the facts and the event. */
export interface EventPattern {
  readonly event: EventType;
  readonly where?: string | undefined;
}

/** A date among the facts lets a person enter, or an order's person for each order: so long before it, at an hour of their day. */
export interface DateTrigger {
  /** CEL expression over customer, order, shop and settings that gives a day or a time. */
  readonly date: string;
  /** The same day of each year after it; once when left out. */
  readonly every?: 'year' | undefined;
  /** ISO 8601 duration; none when left out. */
  readonly lead?: string | undefined;
  /** `HH:mm` on the person's wall. */
  readonly at?: string | undefined;
}

/** When a segment is let in, on the shop's wall. `on`: days of the week, or of the month. */
export interface Schedule {
  readonly every: 'day' | 'week' | 'month';
  readonly on?: readonly (Weekday | number)[] | undefined;
  readonly at: string;
}

/** At each of these times everybody enters for whom the segment holds: a CEL condition over customer, shop, settings and run. */
export interface ScheduleTrigger {
  readonly schedule: Schedule;
  readonly segment: string;
}

/** Nobody enters but those who are named by API. */
export interface ApiTrigger {
  readonly api: true;
}

export type TriggerDocument = EventPattern | DateTrigger | ScheduleTrigger | ApiTrigger;

/** Type of the event that a journey begins by; where no sender tells of it, Afterglow does. */
export function eventOfTrigger(trigger: TriggerDocument): EventType {
  if ('date' in trigger) return 'journey.due';
  if ('schedule' in trigger) return 'journey.scheduled';
  return 'api' in trigger ? 'journey.requested' : trigger.event;
}

/** Calendar periods, on the shop's wall. */
export const PERIODS = ['day', 'week', 'month', 'year'] as const;
export type Period = (typeof PERIODS)[number];

export interface EntryDocument {
  /** CEL expression. */
  readonly key: string;
  /** The key counts within one of these periods and anew in the next. */
  readonly per?: Period | undefined;
  readonly reentry: Reentry;
  /** Runs of this journey that one person may have under way at once. */
  readonly limit?: number | undefined;
}

export interface StepDocument {
  readonly id: string;
  readonly kind: string;
  /** Validated by the step kind's own schema once the journey's settings are filled in. */
  readonly settings: Readonly<Record<string, Json>>;
  /** Step to go to instead of the following one; `end` ends the run. */
  readonly next?: string | undefined;
}

/** One template in one locale. An e-mail has subject and mjml, an SMS has sms, a message on WhatsApp has whatsapp. */
export interface TemplateDocument {
  readonly subject?: string | undefined;
  readonly preheader?: string | undefined;
  readonly mjml?: string | undefined;
  readonly sms?: string | undefined;
  readonly whatsapp?: string | undefined;
  /** By which the provider knows the words of `whatsapp`, once they are approved. */
  readonly whatsappContent?: string | undefined;
}

/** Characters that the short fields of a template may have, their partials among them. */
export const TEMPLATE_LIMITS = { subject: 500, preheader: 500, sms: 1600, whatsapp: 1600 } as const;

/** When one person (or order) may enter again. `after-end`: once the earlier run has ended. */
export type Reentry = 'never' | 'after-end';

/** When the audience is asked again after entry; a run for which it no longer holds ends. */
export const RECHECKS = ['before-send', 'every-step'] as const;
export type Recheck = (typeof RECHECKS)[number];

/** Priorities go from 0 to 100; a journey that names none has the middle one. */
export const DEFAULT_PRIORITY = 50;

/** A journey as its author writes it. The wire schema stands in contracts, the schema with all step kinds in application. */
export interface JourneyDocument {
  readonly key: string;
  readonly title: string;
  readonly class: MessageClass;
  readonly trigger: TriggerDocument;
  /** CEL condition over the facts; asked on entry, and again where it says so. */
  readonly audience?: string | { readonly when: string; readonly recheck: Recheck } | undefined;
  /** Whose message goes first when two journeys would send to one person: 0 to 100, higher wins. */
  readonly priority?: number | undefined;
  /** `none`: the author does without the hold-out that marketing otherwise needs. */
  readonly holdOut?: 'none' | undefined;
  readonly entry: EntryDocument;
  /** Events that end a run, whatever step it is at. */
  readonly exitOn: readonly EventPattern[];
  readonly goal?: (EventPattern & { readonly within: string }) | undefined;
  readonly settings: Readonly<Record<string, Json>>;
  readonly steps: readonly StepDocument[];
  readonly templates: Readonly<Record<string, Readonly<Record<string, TemplateDocument>>>>;
  /** Pieces that templates share, by name and language; `default` is for every other language. */
  readonly partials?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
}

/** A survey that an `ask` step puts to the customer; scale and polarity are stored with every answer. */
export interface SurveyDefinition {
  readonly key: string;
  readonly metric: 'nps' | 'csat' | 'ces';
  readonly scale: SurveyScale;
  /** The question by locale. */
  readonly question: Readonly<Record<string, string>>;
  /** Words at both ends of the scale by locale: [worst value's side = min, max]. */
  readonly anchors: Readonly<Record<string, readonly [string, string]>>;
}
