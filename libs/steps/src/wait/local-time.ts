import type { Instant, IsoDate } from '#app/domain';
import { DateTime } from 'luxon';

/** When a wall clock shows this time: the first time where it occurs twice, after the gap where the clocks skip it. */
export function localTime(day: IsoDate, time: string, zone: string): Instant {
  const moments = DateTime.fromISO(`${day}T${time}`, { zone }).getPossibleOffsets();
  return Math.min(...moments.map((moment) => moment.toMillis()));
}
