import { type Instant, type IsoDate, zoneOf } from './instant.js';
import { DateTime } from 'luxon';

/** When a wall clock shows this time: the first time where it occurs twice, after the gap where the clocks skip it. */
export function localTime(day: IsoDate, time: string, zone: string): Instant {
  return localTimes(day, time, zone)[0] as Instant;
}

/** All such moments in their order: two where the clocks go back over this time, else one. */
export function localTimes(day: IsoDate, time: string, zone: string): readonly Instant[] {
  const moments = DateTime.fromISO(`${day}T${time}`, { zone: zoneOf(zone) }).getPossibleOffsets();
  return moments.map((moment) => moment.toMillis()).toSorted((a, b) => a - b);
}
