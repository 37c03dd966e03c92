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
const MINUTE_MS = 60_000;

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

/** So many times one zone may close while it is waited for another: a week of days that begin and end elsewhere. */
const MAX_TURNS = 64;

/** The same for several zones: the next time at which it stands open in all of them; in the first one alone where they never do. */
export function nextCommonOpening(at: Instant, window: LocalWindow, zones: readonly [string, ...string[]]): Instant {
  let common = at;
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const later = Math.max(...zones.map((zone) => nextOpening(common, window, zone)));
    if (later === common) return common;
    common = later;
  }
  return nextOpening(at, window, zones[0]);
}

/** By the wall clock alone, so that an hour that occurs twice counts both times, and one that is skipped never. */
function isOpen(at: Instant, { from, to, days }: LocalWindow, zone: string): boolean {
  const local = wallClock(at, zone);
  const day = Math.floor(local / DAY_MS);
  const minute = Math.floor((local - day * DAY_MS) / MINUTE_MS);
  const [first, end] = [minuteOf(from), minuteOf(to)];
  const weekday = day + FIRST_WEEKDAY;
  if (first < end) return minute >= first && minute < end && opensOn(weekday, days);
  return (minute >= first && opensOn(weekday, days)) || (minute < end && opensOn(weekday - 1, days));
}

function opensOn(day: number, days: LocalWindow['days']): boolean {
  return days === undefined || days.includes(WEEKDAYS.at(day % 7) as Weekday);
}

/** Of the day, at `HH:mm`. */
function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
