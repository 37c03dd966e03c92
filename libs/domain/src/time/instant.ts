import { DateTime, Duration, IANAZone, type Zone } from 'luxon';
import { PermanentError } from '../errors.js';

/** A point in time: milliseconds since 1970-01-01T00:00Z. */
export type Instant = number;

/** A point in time as text: `YYYY-MM-DDTHH:mm:ss.SSSZ`, always UTC and three digits, so that texts compare like times. */
export type IsoInstant = string;

/** A calendar day without zone: `YYYY-MM-DD`. */
export type IsoDate = string;

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The form of IsoInstant, years 0001 to 9999: read and written by arithmetic, since every event does so many times. */
const EXACT = /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)\.(\d{3})Z$/;
const DAY_MS = 86_400_000;
const FIRST_INSTANT = -62_135_596_800_000;
const LAST_INSTANT = 253_402_300_799_999;

/** @throws PermanentError `validation` when the text is no ISO 8601 time with a zone or offset. */
export function toInstant(text: string): Instant {
  const exact = EXACT.exec(text);
  if (exact) {
    const [, year, month, day, hour, minute, second, ms] = exact.map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    // Days that every month has; the rest is left to the calendar.
    if (year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 28) {
      return daysSinceEpoch(year, month, day) * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1_000 + ms;
    }
  }
  const parsed = DateTime.fromISO(text, { zone: 'utc', setZone: false });
  if (!parsed.isValid)
    throw new PermanentError(
      'validation',
      `"${text.slice(0, 40)}" is not an ISO 8601 time; write e.g. 2026-01-31T09:30:00Z.`,
    );
  return parsed.toMillis();
}

export function toIso(at: Instant): IsoInstant {
  if (Number.isInteger(at) && at >= FIRST_INSTANT && at <= LAST_INSTANT) return exactIso(at);
  const text = DateTime.fromMillis(at, { zone: 'utc' }).toISO();
  if (text === null) throw new PermanentError('validation', `${at} is outside the range of dates.`);
  return text;
}

/** Days from 1970-01-01 in the Gregorian calendar. The year is taken to start in March, so that the leap day is its last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

function exactIso(at: Instant): IsoInstant {
  const days = Math.floor(at / DAY_MS);
  const time = at - days * DAY_MS;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  const clock = `${digits(Math.floor(time / 3_600_000), 2)}:${digits(Math.floor(time / 60_000) % 60, 2)}:${digits(Math.floor(time / 1_000) % 60, 2)}`;
  return `${date}T${clock}.${digits(time % 1_000, 3)}Z`;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
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

/** Since 1972 zones keep their offset for whole quarters of an hour. */
const QUARTER_MS = 900_000;
const FIRST_EVEN_OFFSET: Instant = 63_072_000_000;
const MAX_OFFSETS = 100_000;

/** A zone that looks an offset up once for each quarter of an hour: the calendar of the platform takes long to say it. */
class RememberedZone extends IANAZone {
  private readonly offsets = new Map<number, number>();

  override offset(at: Instant): number {
    if (at < FIRST_EVEN_OFFSET) return super.offset(at);
    const quarter = Math.floor(at / QUARTER_MS);
    const known = this.offsets.get(quarter);
    if (known !== undefined) return known;
    const offset = super.offset(at);
    if (this.offsets.size >= MAX_OFFSETS) this.offsets.clear();
    this.offsets.set(quarter, offset);
    return offset;
  }
}

const zones = new Map<string, RememberedZone>();

/** The zone of this name for luxon. Names that are no IANA zone are left to luxon. */
export function zoneOf(name: string): Zone | string {
  const known = zones.get(name);
  if (known) return known;
  const zone = new RememberedZone(name);
  if (!zone.isValid) return name;
  zones.set(name, zone);
  return zone;
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
    const later = at + days * DAY_MS;
    // unless the clocks of the zone have changed meanwhile, days are elapsed time as well
    if (typeof known !== 'string' && known.offset(at) === known.offset(later)) return later + ms;
  }
  return DateTime.fromMillis(at, { zone: zoneOf(zone) })
    .plus(parsed)
    .toMillis();
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

/** The calendar day that a clock on the wall in `zone` shows. */
export function localDate(at: Instant, zone: string): IsoDate {
  return DateTime.fromMillis(at, { zone: zoneOf(zone) }).toFormat('yyyy-MM-dd');
}
