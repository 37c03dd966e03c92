import { businessDaysLater, type Instant, localTime, type WorkCalendar } from '#app/domain';
import { DateTime } from 'luxon';

/** The same time of day, `count` working days on; none is now. From a day without work the next working day is the first. */
export function afterBusinessDays(at: Instant, count: number, calendar: WorkCalendar, zone: string): Instant {
  if (count === 0) return at;
  const now = DateTime.fromMillis(at, { zone });
  const day = businessDaysLater(now.toFormat('yyyy-MM-dd'), count, calendar);
  return localTime(day, now.toFormat('HH:mm:ss.SSS'), zone);
}
