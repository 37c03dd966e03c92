/**
 * Reads and writes `YYYY-MM-DDTHH:mm:ss.SSSZ`, years 0001 to 9999, by arithmetic: every event does so many times, and a calendar takes
 * long.
 */

export const DAY_MS = 86_400_000;
const FIRST_INSTANT = -62_135_596_800_000;
const LAST_INSTANT = 253_402_300_799_999;
const LENGTH = '0001-01-01T00:00:00.000Z'.length;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Milliseconds since 1970; undefined for any other text. */
export function readExact(text: string): number | undefined {
  if (text.length !== LENGTH || !hasMarks(text)) return undefined;
  const days = readDate(text);
  const hour = numberAt(text, 11, 2);
  const minute = numberAt(text, 14, 2);
  const second = numberAt(text, 17, 2);
  const at = days * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1_000 + numberAt(text, 20, 3);
  return hour < 24 && minute < 60 && second < 60 && !Number.isNaN(at) ? at : undefined;
}

/** Undefined for what this form can't express. */
export function writeExact(at: number): string | undefined {
  if (!Number.isInteger(at) || at < FIRST_INSTANT || at > LAST_INSTANT) return undefined;
  const days = Math.floor(at / DAY_MS);
  const time = at - days * DAY_MS;
  const minutes = Math.floor(time / 60_000);
  const clock = `${pair(Math.floor(minutes / 60))}:${pair(minutes % 60)}:${pair(Math.floor(time / 1_000) % 60)}`;
  return `${dateOf(days)}T${clock}.${digits(time % 1_000, 3)}Z`;
}

function hasMarks(text: string): boolean {
  const isDate = text[4] === '-' && text[7] === '-' && text[10] === 'T';
  return isDate && text[13] === ':' && text[16] === ':' && text[19] === '.' && text[23] === 'Z';
}

/** NaN where there is no such day. */
function readDate(text: string): number {
  const year = numberAt(text, 0, 4);
  const month = numberAt(text, 5, 2);
  const day = numberAt(text, 8, 2);
  const isLeapDay = month === 2 && day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const isDay = day >= 1 && (day <= (MONTH_DAYS[month - 1] ?? 0) || isLeapDay);
  return isDay && year >= 1 ? daysSinceEpoch(year, month, day) : Number.NaN;
}

/** NaN where there is anything but digits. */
function numberAt(text: string, from: number, width: number): number {
  let value = 0;
  for (let index = from; index < from + width; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN;
  }
  return value;
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

/** Days come again and again. */
const dates = new Map<number, string>();
const MAX_DATES = 10_000;

function dateOf(days: number): string {
  const known = dates.get(days);
  if (known !== undefined) return known;
  if (dates.size >= MAX_DATES) dates.clear();
  const date = writeDate(days);
  dates.set(days, date);
  return date;
}

function writeDate(days: number): string {
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
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}

const PAIRS = Array.from({ length: 60 }, (_, value) => digits(value, 2));

function pair(value: number): string {
  return PAIRS[value] as string;
}

function digits(value: number, width: number): string {
  return value === 0 ? '0000'.slice(0, width) : String(value).padStart(width, '0');
}
