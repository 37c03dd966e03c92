import { DateTime, Duration } from 'luxon';
import { PermanentError } from '../errors.js';
import { type FactsSnapshot, factsView, type Json } from '../facts/view.js';
import { type Weekday, WEEKDAYS } from '../time/business-days.js';
import { type Instant, type IsoDate, isIsoDate, isTimeZone, localDate, toInstant, zoneOf } from '../time/instant.js';
import type { Period } from './document.js';
import { celView } from './expression.js';
import type { JourneyPlan, PlannedDate, PlannedSchedule } from './plan.js';

/** A day that lets somebody enter, and when it does. */
export interface Occasion {
  readonly date: IsoDate;
  readonly dueAt: Instant;
}

/** `unknown`: the facts hold no such date; `past`: it has come already and won't come again. */
export type NextOccasion = Occasion | 'unknown' | 'past';

/** A birthday whose year isn't told. */
const YEARLESS = /^(?:--)?(\d{2}-\d{2})$/;
/** Any leap year: the day is looked for in each year that follows. */
const SOME_LEAP_YEAR = 1904;

/** The next time after `after` at which a date among these facts lets its person enter. */
export function nextOccasion(
  plan: JourneyPlan,
  date: PlannedDate,
  snapshot: FactsSnapshot,
  after: Instant,
): NextOccasion {
  const zone = zoneOfPerson(snapshot);
  const day = dayOf(valueOf(plan, date.expression, snapshot), date, zone);
  if (day === undefined) return 'unknown';
  if (!date.isYearly) {
    const once = occasionOn(day, date, zone);
    return once.dueAt > after ? once : 'past';
  }
  const thisYear = DateTime.fromMillis(after, { zone: zoneOf(zone) }).year;
  const first = Math.max(day.year + 1, thisYear);
  for (let year = first; ; year += 1) {
    // luxon takes the 29th of February to the 28th where there is none
    const occasion = occasionOn(day.plus({ years: year - day.year }), date, zone);
    if (occasion.dueAt > after) return occasion;
  }
}

/** The first time after `after` that a schedule names, on the shop's wall. */
export function nextScheduled({ every, on = [], at }: PlannedSchedule, zone: string, after: Instant): Instant {
  let day = DateTime.fromISO(localDate(after, zone), { zone: 'utc' });
  for (;;) {
    const isNamed =
      every === 'day' ||
      (every === 'week'
        ? on.includes(WEEKDAYS[day.weekday - 1] as Weekday)
        : on.some((wanted) => Math.min(Number(wanted), day.daysInMonth ?? 31) === day.day));
    const time = wallTime(day, at, zone).toMillis();
    if (isNamed && time > after) return time;
    day = day.plus({ days: 1 });
  }
}

/** The calendar period that a time falls into, such as `2026-05` or `2026-W19`. */
export function periodOf(at: Instant, period: Period, zone: string): string {
  const format = { day: 'yyyy-MM-dd', week: "kkkk-'W'WW", month: 'yyyy-MM', year: 'yyyy' }[period];
  return DateTime.fromMillis(at, { zone: zoneOf(zone) }).toFormat(format);
}

function zoneOfPerson({ customer: { timeZone }, shop }: FactsSnapshot): string {
  return timeZone !== null && isTimeZone(timeZone) ? timeZone : shop.timeZone;
}

function valueOf(plan: JourneyPlan, expression: string, snapshot: FactsSnapshot): Json {
  try {
    const view = celView({ ...factsView(snapshot), settings: plan.document.settings });
    return plan.expressions.get(expression)?.evaluate(view) ?? null;
  } catch (cause) {
    if (cause instanceof PermanentError) return null;
    throw cause;
  }
}

/** Days stand in UTC here, whatever the person's zone: only their names count. */
function dayOf(value: Json, { isYearly }: PlannedDate, zone: string): DateTime | undefined {
  if (typeof value !== 'string') return undefined;
  const yearless = YEARLESS.exec(value)?.[1];
  const text = yearless !== undefined && isYearly ? `${SOME_LEAP_YEAR}-${yearless}` : calendarDay(value, zone);
  return text !== undefined && isIsoDate(text) ? DateTime.fromISO(text, { zone: 'utc' }) : undefined;
}

function calendarDay(value: string, zone: string): string | undefined {
  if (!value.includes('T')) return value;
  try {
    return localDate(toInstant(value), zone);
  } catch (cause) {
    if (cause instanceof PermanentError) return undefined;
    throw cause;
  }
}

function occasionOn(day: DateTime, { lead, at }: PlannedDate, zone: string): Occasion {
  return {
    date: day.toFormat('yyyy-MM-dd'),
    dueAt: wallTime(day, at, zone).minus(Duration.fromISO(lead)).toMillis(),
  };
}

/** An hour that a change of the clocks skips is the one after it. */
function wallTime(day: DateTime, at: string, zone: string): DateTime {
  const [hour = 0, minute = 0] = at.split(':').map(Number);
  return day.setZone(zoneOf(zone), { keepLocalTime: true }).set({ hour, minute, second: 0, millisecond: 0 });
}
