import { type Weekday, WEEKDAYS } from './business-days.js';
import { DAY_MS } from './exact-iso.js';
import { type Instant, toIso, wallClock } from './instant.js';
import { localTimes } from './local-time.js';

export interface LocalWindow {
  /** `HH:mm`. A window whose end isn't later than its start goes on until that time of the next day. */
  readonly from: string;
  readonly to: string;
  readonly days?: readonly Weekday[] | undefined;
}

/** A window opens at the latest a week from now; twice that for one whose only hour the clocks skip this week. */
const LOOK_AHEAD_DAYS = 15;

/** 1970 began on a Thursday. */
const FIRST_WEEKDAY = 3;

/** `at` itself when the wall clock stands within the window then, else the next time at which it does so on opening. */
export function nextOpening(at: Instant, window: LocalWindow, zone: string): Instant {
  if (isOpen(at, window, zone)) return at;
  const today = wallClock(at, zone);
  for (let ahead = 0; ahead <= LOOK_AHEAD_DAYS; ahead += 1) {
    const openings = localTimes(toIso(today + ahead * DAY_MS).slice(0, 10), window.from, zone);
    const opening = openings.find((moment) => moment > at && isOpen(moment, window, zone));
    if (opening !== undefined) return opening;
  }
  return at;
}

/** By the wall clock alone, so that an hour that occurs twice counts both times, and one that is skipped never. */
function isOpen(at: Instant, { from, to, days }: LocalWindow, zone: string): boolean {
  const local = wallClock(at, zone);
  const time = toIso(local).slice(11, 16);
  const opensOn = (day: number): boolean => days === undefined || days.includes(WEEKDAYS.at(day % 7) as Weekday);
  const weekday = Math.floor(local / DAY_MS) + FIRST_WEEKDAY;
  if (from < to) return time >= from && time < to && opensOn(weekday);
  return (time >= from && opensOn(weekday)) || (time < to && opensOn(weekday - 1));
}
