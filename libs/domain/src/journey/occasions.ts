import { DateTime, Duration } from 'luxon';
import { PermanentError } from '../errors.js';
import { type FactsSnapshot, factsView, type Json } from '../facts/view.js';
import { type Weekday, WEEKDAYS } from '../time/business-days.js';
import { type Instant, type IsoDate, isIsoDate, localDate, toInstant, toIso, zoneOf } from '../time/instant.js';
import type { Period } from './document.js';
import { celView } from './cel-view.js';
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
  const thisYear = Number(toIso(after).slice(0, 4)) - 1;
  const first = Math.max(Number(day.slice(0, 4)) + 1, thisYear);
  for (let year = first; ; year += 1) {
    const occasion = occasionOn(inYear(day, year), date, zone);
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
    const time = wallTime(day.toFormat('yyyy-MM-dd'), at, zone).toMillis();
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
  // a name that is no zone stays a name
  return timeZone !== null && typeof zoneOf(timeZone) !== 'string' ? timeZone : shop.timeZone;
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

function dayOf(value: Json, { isYearly }: PlannedDate, zone: string): IsoDate | undefined {
  if (typeof value !== 'string') return undefined;
  const yearless = YEARLESS.exec(value)?.[1];
  const text = yearless !== undefined && isYearly ? `${SOME_LEAP_YEAR}-${yearless}` : calendarDay(value, zone);
  return text !== undefined && isIsoDate(text) ? text : undefined;
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

/** The same day of another year; the 29th of February is the 28th where there is none. */
function inYear(day: IsoDate, year: number): IsoDate {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const rest = day.endsWith('-02-29') && !isLeap ? '-02-28' : day.slice(4);
  return `${String(year).padStart(4, '0')}${rest}`;
}

function occasionOn(day: IsoDate, { lead, at }: PlannedDate, zone: string): Occasion {
  const time = wallTime(day, at, zone);
  return { date: day, dueAt: (lead === 'P0D' ? time : time.minus(Duration.fromISO(lead))).toMillis() };
}

/** An hour that a change of the clocks skips is the one after it. */
function wallTime(date: IsoDate, at: string, zone: string): DateTime {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const [hour = 0, minute = 0] = at.split(':').map(Number);
  return DateTime.fromObject({ year, month, day, hour, minute }, { zone: zoneOf(zone) });
}
