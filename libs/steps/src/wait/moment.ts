import {
  endOfDay,
  type Instant,
  isIsoDate,
  localDate,
  localTime,
  PermanentError,
  startOfDay,
  toInstant,
} from '#app/domain';
import { DateTime, Duration } from 'luxon';

/** Calendar sums are slow, and the orders of one day wait for few different days; every event of a person asks again. */
const moments = new Map<string, Instant>();
const MAX_MOMENTS = 2000;

export interface Moment {
  /** `start-of-day`, `end-of-day` or a time of day; undefined: as the value says. */
  readonly at?: string | undefined;
  /** ISO 8601 duration, maybe negative. */
  readonly offset?: string | undefined;
}

/**
 * The instant that a date (`2026-05-04`) or time (ISO 8601) of the facts stands for. A time of day that the clocks skip is
 * taken one hour later, one that occurs twice the first time.
 * @throws PermanentError `expression.failed` when the value is neither
 */
export function instantOf(value: unknown, { at, offset }: Moment, zone: string): Instant {
  const key = JSON.stringify([value, at, offset, zone]);
  const known = moments.get(key);
  if (known !== undefined) return known;
  const moment = momentOf(value, at, zone);
  const moved =
    offset === undefined ? moment : DateTime.fromMillis(moment, { zone }).plus(Duration.fromISO(offset)).toMillis();
  if (moments.size >= MAX_MOMENTS) moments.clear();
  moments.set(key, moved);
  return moved;
}

function momentOf(value: unknown, at: string | undefined, zone: string): Instant {
  const text = typeof value === 'string' ? value : '';
  const isDate = isIsoDate(text);
  const isTime = !isDate && DateTime.fromISO(text).isValid;
  if (!isTime && !isDate) {
    throw new PermanentError(
      'expression.failed',
      `${JSON.stringify(value)?.slice(0, 60)} is neither a date nor a time to wait for.`,
    );
  }
  if (isTime && at === undefined) return toInstant(text);
  const day = isTime ? localDate(toInstant(text), zone) : text;
  if (at === 'end-of-day') return endOfDay(day, zone);
  if (at === undefined || at === 'start-of-day') return startOfDay(day, zone);
  return localTime(day, at, zone);
}
