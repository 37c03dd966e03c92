import {
  addDuration,
  businessDaysLater,
  defineStepKind,
  isIsoDate,
  type IsoDate,
  localDate,
  type StepContext,
  type StepDecision,
  toInstant,
} from '#app/domain';
import { DateTime } from 'luxon';
import { z } from 'zod';
import { evaluated, skipped } from '../evaluated.js';
import { businessDays, duration, expression, workCalendar } from '../settings-parts.js';

const what = z.string().min(1).max(120).describe('What is promised, e.g. delivery or an answer.');

const byDate = z
  .strictObject({
    what,
    due: expression.describe(
      'CEL expression that gives the date or time by which it is kept, e.g. order.promisedDate.',
    ),
  })
  .describe('By a date among the facts.');
const inTime = z
  .strictObject({ what, in: duration.describe('Time from now; the promise is kept until the end of that day.') })
  .describe('Within a length of time.');
const inBusinessDays = z
  .strictObject({ what, businessDays: businessDays.describe('Working days from today.'), ...workCalendar })
  .describe('Within working days.');

const settings = z.union([byDate, inTime, inBusinessDays], { error: 'Write one of due, in or businessDays' });
type PromiseSettings = z.output<typeof settings>;

/** Writes down what is promised to the customer, and by when. Days are the shop's. */
export const promiseStep = defineStepKind<PromiseSettings>({
  code: 'promise',
  title: 'Promise',
  settings: settings as unknown as z.ZodType<PromiseSettings>,
  enter: (promise, context) => {
    if ('due' in promise) return promiseBy(promise, context);
    const { at, shopZone } = context;
    if ('in' in promise) return promised(promise.what, localDate(addDuration(at, promise.in, shopZone), shopZone));
    const { workdays: days, holidays } = promise;
    return promised(promise.what, businessDaysLater(localDate(at, shopZone), promise.businessDays, { days, holidays }));
  },
  expressions: (promise) => ('due' in promise ? [{ place: 'due', source: promise.due, expects: 'any' }] : []),
});

function promiseBy({ what: matter, due }: z.output<typeof byDate>, context: StepContext): StepDecision {
  const result = evaluated(due, context);
  if ('problem' in result) return skipped('unknown', result.problem);
  if (result.value === null) return skipped('unknown', `${due} is unknown.`);
  const date = dateOf(result.value, context.shopZone);
  if (date !== undefined) return promised(matter, date);
  const problem = `${due} gives ${JSON.stringify(result.value).slice(0, 60)}, which is neither a date nor a time.`;
  return skipped('unsuitable', problem);
}

function dateOf(value: unknown, zone: string): IsoDate | undefined {
  if (typeof value !== 'string') return undefined;
  if (isIsoDate(value)) return value;
  return DateTime.fromISO(value).isValid ? localDate(toInstant(value), zone) : undefined;
}

function promised(matter: string, due: IsoDate): StepDecision {
  return { type: 'continue', acts: [{ type: 'promise', what: matter, due }] };
}
