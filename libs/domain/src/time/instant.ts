import { DateTime, Duration, FixedOffsetZone, IANAZone, type Zone } from 'luxon';
import { PermanentError } from '../errors.js';
import { DAY_MS, readExact, writeExact } from './exact-iso.js';

/** A point in time: milliseconds since 1970-01-01T00:00Z. */
export type Instant = number;

/** A point in time as text: `YYYY-MM-DDTHH:mm:ss.SSSZ`, always UTC and three digits, so that texts compare like times. */
export type IsoInstant = string;

/** A calendar day without zone: `YYYY-MM-DD`. */
export type IsoDate = string;

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;

/** @throws PermanentError `validation` when the text is no ISO 8601 time with a zone or offset. */
export function toInstant(text: string): Instant {
  const exact = readExact(text);
  if (exact !== undefined) return exact;
  const parsed = DateTime.fromISO(text, { zone: 'utc', setZone: false });
  if (!parsed.isValid)
    throw new PermanentError(
      'validation',
      `"${text.slice(0, 40)}" is not an ISO 8601 time; write e.g. 2026-01-31T09:30:00Z.`,
    );
  return parsed.toMillis();
}

export function toIso(at: Instant): IsoInstant {
  const text = writeExact(at) ?? DateTime.fromMillis(at, { zone: 'utc' }).toISO();
  if (text === null) throw new PermanentError('validation', `${at} is outside the range of dates.`);
  return text;
}

export function isIsoDate(text: string): text is IsoDate {
  return ISO_DATE.test(text) && DateTime.fromISO(text, { zone: 'utc' }).isValid;
}

export function isTimeZone(zone: string): boolean {
  return typeof zoneOf(zone) !== 'string';
}

/** A hundred years: nobody waits longer, and instants end some time after that. */
const MAX_DURATION_MS = 36_525 * 86_400_000;

/** True for an ISO 8601 duration that isn't negative, such as `PT72H`, `P3D`, `P1M`, and at most a hundred years. */
export function isDuration(text: string): boolean {
  return isOffset(text) && Duration.fromISO(text).toMillis() >= 0;
}

/** True for a duration of either sign, such as `-P1D`, of at most a hundred years. */
export function isOffset(text: string): boolean {
  const duration = Duration.fromISO(text);
  // Luxon takes a bare `P`, and a `T` with nothing behind it
  return duration.isValid && /^-?P.*\d[A-Z]$/.test(text) && Math.abs(duration.toMillis()) <= MAX_DURATION_MS;
}

/** Since 1972 zones keep their offset for whole quarters of an hour, and for days on end. */
const QUARTER_MS = 900_000;
const FIRST_EVEN_OFFSET: Instant = 63_072_000_000;
const MAX_OFFSETS = 100_000;
const MINUTE_MS = 60_000;

/** A zone that looks offsets up once: the calendar of the platform takes long to say them. */
class RememberedZone extends IANAZone {
  private readonly offsets = new Map<number, number>();
  /** By day in UTC; null where the clocks change. */
  private readonly days = new Map<number, number | null>();

  override offset(at: Instant): number {
    if (at < FIRST_EVEN_OFFSET) return super.offset(at);
    const day = Math.floor(at / DAY_MS);
    let known = this.days.get(day);
    if (known === undefined) {
      known = this.offsetAll(day);
      if (this.days.size >= MAX_OFFSETS) this.days.clear();
      this.days.set(day, known);
    }
    return known ?? this.offsetIn(Math.floor(at / QUARTER_MS));
  }

  private offsetAll(day: number): number | null {
    const first = this.offsetIn((day * DAY_MS) / QUARTER_MS);
    return first === this.offsetIn(((day + 1) * DAY_MS) / QUARTER_MS) ? first : null;
  }

  private offsetIn(quarter: number): number {
    const known = this.offsets.get(quarter);
    if (known !== undefined) return known;
    const offset = super.offset(quarter * QUARTER_MS);
    if (this.offsets.size >= MAX_OFFSETS) this.offsets.clear();
    this.offsets.set(quarter, offset);
    return offset;
  }
}

const zones = new Map<string, Zone>([['UTC', FixedOffsetZone.utcInstance]]);

/** The zone of this name for luxon. Names that are no IANA zone are left to luxon. */
export function zoneOf(name: string): Zone | string {
  const known = zones.get(name);
  if (known) return known;
  const zone = new RememberedZone(name);
  if (!zone.isValid) return name;
  zones.set(name, zone);
  return zone;
}

/** What a clock on the wall in `zone` shows, as the instant at which one in UTC shows the same. */
export function wallClock(at: Instant, zone: string): Instant {
  const known = zoneOf(zone);
  const offset = typeof known === 'string' ? DateTime.fromMillis(at, { zone: known }).offset : known.offset(at);
  return at + offset * MINUTE_MS;
}

/** A duration taken apart: calendar months, whole days, and elapsed milliseconds. */
interface Length {
  readonly parsed: Duration;
  readonly months: number;
  readonly days: number;
  readonly ms: number;
}

/** Durations come from documents and rules, so there are few. */
const lengths = new Map<string, Length>();
const MAX_LENGTHS = 1_000;

function lengthOf(duration: string): Length {
  const known = lengths.get(duration);
  if (known) return known;
  const parsed = Duration.fromISO(duration);
  if (!parsed.isValid)
    throw new PermanentError('validation', `"${duration}" is not an ISO 8601 duration; write e.g. PT72H or P3D.`);
  const { years, quarters, months, weeks, days, hours, minutes, seconds, milliseconds } = parsed;
  const length = {
    parsed,
    months: years * 12 + quarters * 3 + months,
    days: weeks * 7 + days,
    ms: hours * 3_600_000 + minutes * 60_000 + seconds * 1_000 + milliseconds,
  };
  if (lengths.size >= MAX_LENGTHS) lengths.clear();
  lengths.set(duration, length);
  return length;
}

/** Adds an ISO 8601 duration. Hours and shorter are elapsed time; days, weeks, months keep the wall clock of `zone`. */
export function addDuration(at: Instant, duration: string, zone: string): Instant {
  const { parsed, months, days, ms } = lengthOf(duration);
  if (months === 0 && Number.isInteger(days) && Number.isInteger(ms)) {
    if (days === 0) return at + ms;
    const known = zoneOf(zone);
    if (typeof known !== 'string') return addDays(at, days, known) + ms;
  }
  return DateTime.fromMillis(at, { zone: zoneOf(zone) })
    .plus(parsed)
    .toMillis();
}

/** A time that the clocks skip moves on by the gap; one that they show twice is taken by the offset of `at`. */
function addDays(at: Instant, days: number, zone: Zone): Instant {
  const offset = zone.offset(at);
  const elapsed = at + days * DAY_MS;
  const guess = zone.offset(elapsed);
  if (guess === offset) return elapsed;
  const corrected = elapsed - (guess - offset) * MINUTE_MS;
  const found = zone.offset(corrected);
  return found === guess ? corrected : elapsed - (Math.min(guess, found) - offset) * MINUTE_MS;
}

/** The first instant of the given calendar day in `zone`. */
export function startOfDay(date: IsoDate, zone: string): Instant {
  return DateTime.fromISO(date, { zone: zoneOf(zone) })
    .startOf('day')
    .toMillis();
}

/** The first instant after the given calendar day in `zone`: a promise for that day is kept until then. */
export function endOfDay(date: IsoDate, zone: string): Instant {
  return DateTime.fromISO(date, { zone: zoneOf(zone) })
    .plus({ days: 1 })
    .startOf('day')
    .toMillis();
}

/** The first instant after the given calendar month, such as `2026-03`, in `zone`. */
export function endOfMonth(month: string, zone: string): Instant {
  return DateTime.fromISO(month, { zone: zoneOf(zone) })
    .plus({ months: 1 })
    .startOf('day')
    .toMillis();
}

/** The calendar day that a clock on the wall in `zone` shows. */
export function localDate(at: Instant, zone: string): IsoDate {
  const text = writeExact(wallClock(at, zone));
  return text?.slice(0, 10) ?? DateTime.fromMillis(at, { zone: zoneOf(zone) }).toFormat('yyyy-MM-dd');
}
