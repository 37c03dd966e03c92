import { DateTime } from 'luxon';
import { DAY_MS, readExact } from './exact-iso.js';
import { type Instant, type IsoDate, wallClock, zoneOf } from './instant.js';

/** When a wall clock shows this time: the first time where it occurs twice, after the gap where the clocks skip it. */
export function localTime(day: IsoDate, time: string, zone: string): Instant {
  return localTimes(day, time, zone)[0] as Instant;
}

/** All such moments in their order: two where the clocks go back over this time, else one. */
export function localTimes(day: IsoDate, time: string, zone: string): readonly Instant[] {
  const shown = readExact(`${day}T${time}:00.000Z`);
  if (shown !== undefined) {
    const [before, after] = [shown - DAY_MS, shown + DAY_MS] as const;
    // clocks that show the same around that day don't change on it
    const offset = wallClock(before, zone) - before;
    if (wallClock(after, zone) - after === offset) return [shown - offset];
  }
  const moments = DateTime.fromISO(`${day}T${time}`, { zone: zoneOf(zone) }).getPossibleOffsets();
  return moments.map((moment) => moment.toMillis()).toSorted((a, b) => a - b);
}
