import {
  addDuration,
  defineStepKind,
  type Instant,
  isOffset,
  nextOpening,
  PermanentError,
  type StepContext,
  type StepDecision,
  toIso,
} from '#app/domain';
import { Duration } from 'luxon';
import { z } from 'zod';
import { businessDays, duration, expression, weekday, workCalendar } from '../settings-parts.js';
import { afterBusinessDays } from './business-days.js';
import { instantOf } from './moment.js';

const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'Write a time of day such as 09:00' })
  .describe('Time of day, 24 hours, e.g. 09:00.');

const waitFor = z
  .strictObject({ for: duration.describe('How long to wait, counted from the time the run has reached.') })
  .describe('Wait for a length of time.');

const zone = z
  .enum(['shop', 'customer'], { error: 'Write shop or customer' })
  .default('shop')
  .describe('Whose day it is.');

const waitBusinessDays = z
  .strictObject({
    businessDays: businessDays.describe('How many working days to wait; the time of day stays.'),
    ...workCalendar,
    zone,
  })
  .describe('Wait for a number of working days.');

const waitUntil = z
  .strictObject({
    until: expression.describe(
      'CEL expression that gives a date or a time, e.g. order.promisedDate. Asked again whenever something happens.',
    ),
    at: z
      .string()
      .regex(/^(start-of-day|end-of-day|([01]\d|2[0-3]):[0-5]\d)$/, {
        error: 'Write start-of-day, end-of-day or a time such as 09:00',
      })
      .optional()
      .describe('Moment of that day. Without it a time is taken as it is and a date from its start.'),
    zone,
    offset: z
      .string()
      .refine(isOffset, {
        error: 'Write a duration such as P1D, or -P1D for the day before',
      })
      .optional()
      .describe('Added to the moment; may be negative.'),
    otherwise: z
      .enum(['wait', 'pass', 'end'], { error: 'Write wait, pass or end' })
      .default('wait')
      .describe('While the fact is unknown: wait until an event gives it, pass at once, or end the run.'),
  })
  .describe('Wait until a date or time among the facts.');

const window = z
  .strictObject({
    from: clockTime,
    to: clockTime,
    days: z
      .array(weekday)
      .min(1, { error: 'Name at least one day, or leave days out for every day' })
      .optional()
      .describe('Days on which the window opens; every day when left out.'),
  })
  .refine(({ from, to }) => from !== to, { error: 'from and to must differ; write null for no window' });

const waitWindow = z
  .strictObject({
    window: window
      .nullable()
      .describe('Hours in the customer’s zone (the shop’s where unknown). Null: no window, pass at once.'),
  })
  .describe('Wait until a local-time window is open.');

const settings = z.union([waitFor, waitBusinessDays, waitUntil, waitWindow], {
  error: 'Write one of for, businessDays, until or window',
});
type WaitSettings = z.output<typeof settings>;
type UntilSettings = z.output<typeof waitUntil>;
type BusinessDaysSettings = z.output<typeof waitBusinessDays>;

/** Waits for a duration or working days, until a moment in the facts, or until a window of local time is open. */
export const waitStep = defineStepKind<WaitSettings>({
  code: 'wait',
  title: 'Wait',
  settings: settings as unknown as z.ZodType<WaitSettings>,
  enter: (wait, context) => {
    if ('for' in wait) return waitTill(addDuration(context.at, wait.for, context.zone), context);
    if ('businessDays' in wait) return enterBusinessDays(wait, context);
    if ('window' in wait)
      return waitTill(wait.window ? nextOpening(context.at, wait.window, context.zone) : context.at, context);
    return enterUntil(wait, context);
  },
  onEvent: (wait, context) => ('until' in wait ? enterUntil(wait, context) : undefined),
  wake: () => ({ type: 'continue' }),
  expressions: (wait) => ('until' in wait ? [{ place: 'until', source: wait.until, expects: 'any' }] : []),
  alwaysWaits: (wait) =>
    ('for' in wait && Duration.fromISO(wait.for).toMillis() > 0) || ('businessDays' in wait && wait.businessDays > 0),
});

function waitTill(until: Instant, context: StepContext): StepDecision {
  return until <= context.at ? { type: 'continue', note: { due: toIso(until) } } : { type: 'wait', until };
}

function enterBusinessDays(wait: BusinessDaysSettings, context: StepContext): StepDecision {
  const calendar = { days: wait.workdays, holidays: wait.holidays };
  const whose = wait.zone === 'shop' ? context.shopZone : context.zone;
  return waitTill(afterBusinessDays(context.at, wait.businessDays, calendar, whose), context);
}

function enterUntil(wait: UntilSettings, context: StepContext): StepDecision {
  const value = factOf(wait.until, context);
  if (value !== null)
    return waitTill(instantOf(value, wait, wait.zone === 'shop' ? context.shopZone : context.zone), context);
  if (wait.otherwise === 'pass') return { type: 'continue', note: { unknown: wait.until } };
  if (wait.otherwise === 'end') return { type: 'end', reason: `${wait.until} is unknown` };
  return { type: 'wait', until: null, note: { unknown: wait.until } };
}

/** A fact that can't be reached, such as the first parcel of none, counts as unknown like one that is null. */
function factOf(source: string, context: StepContext): unknown {
  try {
    return context.evaluate(source) ?? null;
  } catch (cause) {
    if (cause instanceof PermanentError && cause.code === 'expression.failed') return null;
    throw cause;
  }
}
