import type { Instant } from '#app/domain';
import { DateTime } from 'luxon';
import { localTime } from './local-time.js';

export interface LocalWindow {
  /** `HH:mm`. A window whose end isn't later than its start goes on until that time of the next day. */
  readonly from: string;
  readonly to: string;
  readonly days?: readonly Day[] | undefined;
}

type Day = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';
const DAYS: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** A window opens at the latest a week from now; two more days for one that a clock change swallowed. */
const LOOK_AHEAD_DAYS = 9;

/** `at` itself when the window is open then, else the next time it opens. An edge that the clocks skip moves to after the gap. */
export function nextOpening(at: Instant, window: LocalWindow, zone: string): Instant {
  const today = DateTime.fromMillis(at, { zone }).startOf('day');
  for (let ahead = -1; ahead <= LOOK_AHEAD_DAYS; ahead += 1) {
    const day = today.plus({ days: ahead });
    if (window.days && !window.days.includes(DAYS[day.weekday - 1] as Day)) continue;
    const open = edge(day, window.from, zone);
    const close = edge(window.to > window.from ? day : day.plus({ days: 1 }), window.to, zone);
    if (close > at && close > open) return Math.max(open, at);
  }
  return at;
}

function edge(day: DateTime, time: string, zone: string): Instant {
  return localTime(day.toFormat('yyyy-MM-dd'), time, zone);
}
