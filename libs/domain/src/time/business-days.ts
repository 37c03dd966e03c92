import { DateTime } from 'luxon';
import { PermanentError } from '../errors.js';
import type { IsoDate } from './instant.js';

/** Days of the week as documents name them, Monday first. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** The days on which work is done. */
export interface WorkCalendar {
  readonly days: readonly Weekday[];
  readonly holidays: readonly IsoDate[];
}

/**
 * The last of `count` working days after `date`; `date` itself isn't counted, and is the answer for none.
 * @throws PermanentError `validation` when no day of the week is a working day
 */
export function businessDaysLater(date: IsoDate, count: number, { days, holidays }: WorkCalendar): IsoDate {
  if (days.length === 0)
    throw new PermanentError('validation', 'A calendar without a working day has no next one; name at least one day.');
  const isHoliday = new Set(holidays);
  let day = DateTime.fromISO(date, { zone: 'utc' });
  let text = date;
  for (let left = count; left > 0;) {
    day = day.plus({ days: 1 });
    text = day.toISODate() ?? text;
    if (days.includes(WEEKDAYS[day.weekday - 1] as Weekday) && !isHoliday.has(text)) left -= 1;
  }
  return text;
}
