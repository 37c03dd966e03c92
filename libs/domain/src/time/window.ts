import { type Weekday, WEEKDAYS } from './business-days.js';
import { type Instant, zoneOf } from './instant.js';
import { DateTime } from 'luxon';
import { localTimes } from './local-time.js';

export interface LocalWindow {
  /** `HH:mm`. A window whose end isn't later than its start goes on until that time of the next day. */
  readonly from: string;
  readonly to: string;
  readonly days?: readonly Weekday[] | undefined;
}

/** A window opens at the latest a week from now; twice that for one whose only hour the clocks skip this week. */
const LOOK_AHEAD_DAYS = 15;

/** `at` itself when the wall clock stands within the window then, else the next time at which it does so on opening. */
export function nextOpening(at: Instant, window: LocalWindow, zone: string): Instant {
  if (isOpen(at, window, zone)) return at;
  const today = DateTime.fromMillis(at, { zone: zoneOf(zone) });
  for (let ahead = 0; ahead <= LOOK_AHEAD_DAYS; ahead += 1) {
    const openings = localTimes(today.plus({ days: ahead }).toFormat('yyyy-MM-dd'), window.from, zone);
    const opening = openings.find((moment) => moment > at && isOpen(moment, window, zone));
    if (opening !== undefined) return opening;
  }
  return at;
}

/** By the wall clock alone, so that an hour that occurs twice counts both times, and one that is skipped never. */
function isOpen(at: Instant, { from, to, days }: LocalWindow, zone: string): boolean {
  const local = DateTime.fromMillis(at, { zone: zoneOf(zone) });
  const time = `${digits(local.hour)}:${digits(local.minute)}`;
  const opensOn = (weekday: number): boolean => days === undefined || days.includes(WEEKDAYS[weekday - 1] as Weekday);
  if (from < to) return time >= from && time < to && opensOn(local.weekday);
  const yesterday = local.weekday === 1 ? 7 : local.weekday - 1;
  return (time >= from && opensOn(local.weekday)) || (time < to && opensOn(yesterday));
}

function digits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
