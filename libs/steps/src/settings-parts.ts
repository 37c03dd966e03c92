import { isDuration, isIsoDate, JOURNEY_EVENT_TYPES, MEDIA, noJourneyEvent, WEEKDAYS } from '#app/domain';
import { z } from 'zod';

/** Parts of settings that several kinds of step use; the descriptions appear in the JSON Schema and in forms. */

export const duration = z
  .string()
  .refine(isDuration, { error: 'Write an ISO 8601 duration, e.g. PT72H for 72 hours or P3D for three days' })
  .describe('ISO 8601 duration. PT72H is elapsed time; P3D keeps the time of day in the customer’s zone.');

export const expression = z
  .string()
  .min(1)
  .max(1000)
  .describe('CEL expression over customer, order, shop, event, settings and run.');

export const target = z.string().min(1).max(64).describe('Id of the step to go to; `end` ends the run.');

export const eventType = z
  .enum(JOURNEY_EVENT_TYPES, {
    error: (issue) => noJourneyEvent(issue.input),
  })
  .describe('Type of an event.');

export const channels = z
  .array(z.enum(MEDIA, { error: `Write ${MEDIA.slice(0, -1).join(', ')} or ${MEDIA.at(-1)}` }))
  .min(1, { error: `Name at least one channel: ${MEDIA.join(', ')}` })
  .refine((list) => new Set(list).size === list.length, { error: 'Name each channel once' })
  .describe('Channels in order of preference; the first one that reaches the person lawfully is taken.');

export const templateName = z.string().min(1).max(64).describe('Name of a template of this journey.');

export const usefulFor = duration.describe(
  'How long the message is worth sending after it fell due; later it is skipped as expired.',
);

export const journeyKey = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'Write the key of a journey: lower-case letters, digits and hyphens' })
  .describe('Key of the other journey.');

export const weekday = z.enum(WEEKDAYS, { error: `Write ${WEEKDAYS.join(', ')}` });

const MAX_BUSINESS_DAYS = 250;
export const businessDays = z
  .int({ error: 'Write a whole number of working days' })
  .min(0, { error: 'Write 0 or more working days' })
  .max(MAX_BUSINESS_DAYS, { error: `At most ${MAX_BUSINESS_DAYS} working days` });

/** The parts of a settings object that say which days are working days. */
export const workCalendar = {
  workdays: z
    .array(weekday)
    .min(1, { error: 'Name at least one working day' })
    .default(['mon', 'tue', 'wed', 'thu', 'fri'])
    .describe('Days of the week on which work is done.'),
  holidays: z
    .array(z.string().refine(isIsoDate, { error: 'Write a date such as 2026-12-25' }))
    .max(200, { error: 'At most 200 holidays' })
    .default([])
    .describe('Dates on which no work is done.'),
};
