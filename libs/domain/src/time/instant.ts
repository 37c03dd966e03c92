import { DateTime, Duration, IANAZone } from 'luxon';
import { PermanentError } from '../errors.js';

/** A point in time: milliseconds since 1970-01-01T00:00Z. */
export type Instant = number;

/** A point in time as text: `YYYY-MM-DDTHH:mm:ss.SSSZ`, always UTC and three digits, so that texts compare like times. */
export type IsoInstant = string;

/** A calendar day without zone: `YYYY-MM-DD`. */
export type IsoDate = string;

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;

/** @throws PermanentError `validation` when the text is no ISO 8601 time with a zone or offset. */
export function toInstant(text: string): Instant {
  const parsed = DateTime.fromISO(text, { zone: 'utc', setZone: false });
  if (!parsed.isValid) throw new PermanentError('validation', `"${text.slice(0, 40)}" is not an ISO 8601 time; write e.g. 2026-01-31T09:30:00Z.`);
  return parsed.toMillis();
}

export function toIso(at: Instant): IsoInstant {
  const text = DateTime.fromMillis(at, { zone: 'utc' }).toISO();
  if (text === null) throw new PermanentError('validation', `${at} is outside the range of dates.`);
  return text;
}

export function isIsoDate(text: string): text is IsoDate {
  return ISO_DATE.test(text) && DateTime.fromISO(text, { zone: 'utc' }).isValid;
}

export function isTimeZone(zone: string): boolean {
  return IANAZone.isValidZone(zone);
}

/** True for an ISO 8601 duration that isn't negative, such as `PT72H`, `P3D`, `P1M`. */
export function isDuration(text: string): boolean {
  const duration = Duration.fromISO(text);
  return duration.isValid && duration.toMillis() >= 0;
}

/** Adds an ISO 8601 duration. Hours and shorter are elapsed time; days, weeks, months keep the wall clock of `zone`. */
export function addDuration(at: Instant, duration: string, zone: string): Instant {
  const length = Duration.fromISO(duration);
  if (!length.isValid) throw new PermanentError('validation', `"${duration}" is not an ISO 8601 duration; write e.g. PT72H or P3D.`);
  return DateTime.fromMillis(at, { zone }).plus(length).toMillis();
}

/** The first instant of the given calendar day in `zone`. */
export function startOfDay(date: IsoDate, zone: string): Instant {
  return DateTime.fromISO(date, { zone }).startOf('day').toMillis();
}

/** The first instant after the given calendar day in `zone`: a promise for that day is kept until then. */
export function endOfDay(date: IsoDate, zone: string): Instant {
  return DateTime.fromISO(date, { zone }).plus({ days: 1 }).startOf('day').toMillis();
}

/** The calendar day that a clock on the wall in `zone` shows. */
export function localDate(at: Instant, zone: string): IsoDate {
  return DateTime.fromMillis(at, { zone }).toFormat('yyyy-MM-dd');
}
