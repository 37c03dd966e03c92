import {
  DEFAULT_PRIORITY,
  JOURNEY_EVENT_TYPES,
  noJourneyEvent,
  isDuration,
  type JourneyDocument,
  MESSAGE_CLASSES,
  PERIODS,
  RECHECKS,
  TEMPLATE_LIMITS,
  WEEKDAYS,
} from '#app/domain';
import { z } from 'zod';

/**
 * The envelope of a journey document: everything but the settings of its steps, which belong to their kinds. Unknown keys are
 * refused with their place, so that a misspelt one can't pass silently.
 */

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;
const PLACEHOLDER = /^\{\{\s*settings\.[\w.-]+\s*\}\}$/;

const expression = z
  .string()
  .min(1)
  .max(1000)
  .describe('CEL expression over customer, order, shop, event, settings and run.');
const eventType = z
  .enum(JOURNEY_EVENT_TYPES, {
    error: (issue) => noJourneyEvent(issue.input),
  })
  .describe('Type of an event.');
const pattern = z.strictObject({ event: eventType, where: expression.optional() });
/** An event type alone stands for the pattern without a condition. */
const shortPattern = z
  .union([eventType.transform((event) => ({ event })), pattern], {
    error: (issue) =>
      typeof issue.input === 'string' ? noJourneyEvent(issue.input) : 'Write an event type, or {event, where}',
  })
  .describe('An event type, or an event type with a condition.');

const clock = z
  .string()
  .refine((text) => CLOCK.test(text) || PLACEHOLDER.test(text), { error: 'Write a time of day, e.g. 09:00' });
const dateTrigger = z
  .strictObject({
    date: expression.describe('Gives a day or a time, e.g. customer.attributes.birthday or order.promisedDate.'),
    every: z
      .literal('year', { error: 'Write year, or leave it out for once' })
      .optional()
      .describe('`year`: the same day of each year after it.'),
    lead: z
      .string()
      .refine((text) => isDuration(text) || PLACEHOLDER.test(text), { error: 'Write a duration, e.g. P7D' })
      .optional()
      .describe('How long before the date, e.g. P7D.'),
    at: clock.optional().describe('Time of day in the person’s zone; 09:00 when left out.'),
  })
  .describe('A date among the facts.');
const scheduleTrigger = z
  .strictObject({
    schedule: z
      .strictObject({
        every: z.enum(['day', 'week', 'month'], { error: 'Write day, week or month' }),
        on: z
          .array(z.union([z.enum(WEEKDAYS), z.int().min(1).max(31)], { error: 'Write mon to sun, or 1 to 31' }))
          .min(1)
          .max(31)
          .optional()
          .describe('Days of the week, or of the month; its last day where it is shorter.'),
        at: clock.describe('Time of day in the shop’s zone.'),
      })
      .describe('When.'),
    segment: expression.describe('Whom: a condition over customer, shop, settings and run.'),
  })
  .describe('A schedule over a segment.');
const apiTrigger = z
  .union([z.literal('api').transform(() => ({ api: true as const })), z.strictObject({ api: z.literal(true) })])
  .describe('Only those who are named by API enter.');
const trigger = z
  .union([apiTrigger, shortPattern, dateTrigger, scheduleTrigger], {
    error: (issue) =>
      typeof issue.input === 'string'
        ? `${noJourneyEvent(issue.input)}, or api`
        : 'Write an event type, {event, where}, {date}, {schedule, segment}, or api',
  })
  .describe('What lets a person enter: an event, a date among the facts, a schedule over a segment, or api.');

const audience = z
  .union(
    [
      expression,
      z.strictObject({
        when: expression,
        recheck: z
          .enum(RECHECKS, {
            error: `Write ${RECHECKS.join(' or ')}; for entry alone write the condition without recheck`,
          })
          .describe('When it is asked again; a run for which it no longer holds ends.'),
      }),
    ],
    { error: 'Write a condition, or {when, recheck}' },
  )
  .describe('Condition that must hold on entry, and again where recheck says so.');

const stepId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'Write lower-case letters, digits and hyphens, beginning with a letter' })
  .describe('Name of the step, unique in the journey.');

const step = z.strictObject({
  id: stepId,
  kind: z.string().min(1).max(64).describe('Kind of the step.'),
  settings: z
    .record(z.string(), z.json())
    .default({})
    .describe('Settings of the kind. `{{settings.x}}` takes a setting of the journey.'),
  next: stepId.optional().describe('Step to go to instead of the following one; `end` ends the run.'),
});

const template = z.strictObject({
  subject: z.string().max(TEMPLATE_LIMITS.subject).optional().describe('Subject of the e-mail (Liquid).'),
  preheader: z
    .string()
    .max(TEMPLATE_LIMITS.preheader)
    .optional()
    .describe('Line that mail programs show beside the subject (Liquid).'),
  mjml: z.string().optional().describe('Body of the e-mail: MJML, whole or a fragment (Liquid).'),
  sms: z.string().max(TEMPLATE_LIMITS.sms).optional().describe('Text of the SMS (Liquid).'),
  whatsapp: z.string().max(TEMPLATE_LIMITS.whatsapp).optional().describe('Text of the message on WhatsApp (Liquid).'),
  whatsappContent: z
    .string()
    .regex(/^HX[0-9a-f]{32}$/, { error: 'Write the SID of a content template, HX and 32 hexadecimal digits' })
    .optional()
    .describe(
      'Content template at Twilio that holds the words of `whatsapp` as they were approved; its values are numbered in their order.',
    ),
});
const locale = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, { error: 'Write a language tag such as en or fr-CA' });
const partial = z
  .record(
    z.string().regex(/^(default|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*)$/, {
      error: 'Write a language tag such as en or fr-CA, or default',
    }),
    z.string().max(16_000),
  )
  .describe('By language; `default` is for every other one (Liquid).');
const name = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'Write lower-case letters, digits and hyphens' });

export const journeyDocument = z
  .strictObject({
    key: name.describe('Name of the journey in the API; lower-case letters, digits and hyphens.'),
    title: z.string().min(1).max(120).describe('What people call the journey.'),
    class: z
      .enum(MESSAGE_CLASSES, { error: `Write one of ${MESSAGE_CLASSES.join(', ')}` })
      .describe('What its messages are in law; decides which consent they need.'),
    trigger,
    audience: audience.optional(),
    entry: z
      .strictObject({
        key: expression.describe('What one run stands for, e.g. order.id or customer.id.'),
        per: z
          .enum(PERIODS, { error: `Write ${PERIODS.join(', ')}` })
          .optional()
          .describe('Counts the key anew in each day, week, month or year of the shop.'),
        reentry: z
          .enum(['never', 'after-end'], { error: 'Write never or after-end' })
          .default('never')
          .describe('When the same key may enter again.'),
        limit: z
          .int({ error: 'Write a whole number of runs' })
          .min(1)
          .max(100)
          .optional()
          .describe('Runs of this journey that one person may have under way at once.'),
      })
      .describe('Who enters how often.'),
    exitOn: z.array(shortPattern).max(20).default([]).describe('Events that end a run wherever it stands.'),
    goal: pattern
      .extend({
        within: z
          .string()
          .refine((text) => isDuration(text) || PLACEHOLDER.test(text), {
            error: 'Write an ISO 8601 duration, e.g. P60D',
          })
          .describe('How long after entry the goal counts.'),
      })
      .optional()
      .describe('Event that the journey is there for; measured, it ends nothing.'),
    priority: z
      .int({ error: 'Write a whole number from 0 to 100' })
      .min(0, { error: 'Write a whole number from 0 to 100' })
      .max(100, { error: 'Write a whole number from 0 to 100' })
      .optional()
      .describe(
        `Which journey goes first when two would send to one person; higher wins. Default ${DEFAULT_PRIORITY}.`,
      ),
    holdOut: z
      .literal('none', { error: 'Write none, or leave it out and add a hold-out step' })
      .optional()
      .describe('`none`: marketing goes out without a hold-out step, so its effect can’t be measured.'),
    settings: z
      .record(z.string().regex(/^[A-Za-z][\w-]{0,63}$/), z.json())
      .default({})
      .describe('Values that steps and conditions use; a shop may change them.'),
    steps: z
      .array(step)
      .min(1, { error: 'Write at least one step' })
      .max(100, { error: 'At most 100 steps' })
      .describe('Taken in this order unless a step says otherwise.'),
    templates: z.record(name, z.record(locale, template)).default({}).describe('Templates by name and language.'),
    partials: z
      .record(name, partial)
      .optional()
      .describe('Pieces that templates share: `{% render "name" %}` stands for one of them.'),
  })
  .describe('A journey.');

/** What an author writes, before defaults and shorthand are filled in. */
export type WireJourneyDocument = z.input<typeof journeyDocument>;

/** Holds the schema and the domain's type together: the output of the one is the other. */
export const toJourneyDocument = (parsed: z.output<typeof journeyDocument>): JourneyDocument => parsed;
