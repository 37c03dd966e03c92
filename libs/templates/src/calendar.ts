/** A moment as a wall clock shows it. Nothing here reads the host's clock, zone or locale. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** East of UTC is positive. */
  offsetMinutes: number;
  /** The same wall time counted as if it were UTC: for names of days and months, and for formatting. */
  asUtcMs: number;
  epochMs: number;
}

const FLOATING = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/i;
/** Numbers below this are epoch seconds, from here on milliseconds (1973 in the one, the year 5138 in the other). */
const FIRST_MILLISECONDS = 1e11;
const MINUTE_MS = 60_000;
/** Formatters cost ~50 µs to make and a few kB to keep. */
const MAX_FORMATTERS = 300;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formatters.get(key);
  if (known) return known;
  if (formatters.size >= MAX_FORMATTERS) formatters.clear();
  const made = new Intl.DateTimeFormat(locale, options);
  formatters.set(key, made);
  return made;
}

const locales = new Map<string, string>();

/** A tag that Intl takes; an unknown or malformed one reads as English. */
export function usableLocale(locale: unknown): string {
  if (typeof locale !== 'string') return 'en';
  const known = locales.get(locale);
  if (known) return known;
  if (locales.size >= MAX_FORMATTERS) locales.clear();
  const usable = findLocale(locale);
  locales.set(locale, usable);
  return usable;
}

function findLocale(locale: string): string {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(locale.replaceAll('_', '-'))[0] ?? 'en';
  } catch {
    return 'en';
  }
}

/**
 * Strings with an offset and numbers are moments, shown in `zone`; strings without one ('2026-05-01',
 * '2026-05-01T10:00') are wall times already. Undefined: not a date.
 */
export function toWallTime(value: unknown, zone: string): WallTime | undefined {
  if (typeof value === 'number') return inZone(value < FIRST_MILLISECONDS ? value * 1000 : value, zone);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const parts = FLOATING.exec(text);
  if (parts) {
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
      .slice(1)
      .map((part) => Number(part ?? 0));
    return floating(Date.UTC(year, month - 1, day, hour, minute, second), month);
  }
  return INSTANT.test(text) ? inZone(Date.parse(text.replace(' ', 'T')), zone) : undefined;
}

function floating(asUtcMs: number, month: number): WallTime | undefined {
  const date = new Date(asUtcMs);
  // Date.UTC rolls 2026-02-31 over into March
  return date.getUTCMonth() + 1 === month ? wallTime(date, asUtcMs) : undefined;
}

function inZone(epochMs: number, zone: string): WallTime | undefined {
  if (!Number.isFinite(epochMs) || Math.abs(epochMs) > 8.64e15) return undefined;
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const parts = formatter('en-u-ca-iso8601-nu-latn', { ...numeric, hourCycle: 'h23', timeZone: zone }).formatToParts(
    epochMs,
  );
  const read = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const seconds = new Date(epochMs).getUTCSeconds();
  const asUtcMs = Date.UTC(read('year'), read('month') - 1, read('day'), read('hour'), read('minute'), seconds);
  return wallTime(new Date(asUtcMs), epochMs);
}

function wallTime(wall: Date, epochMs: number): WallTime {
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
    second: wall.getUTCSeconds(),
    offsetMinutes: Math.round((wall.getTime() - epochMs) / MINUTE_MS),
    asUtcMs: wall.getTime(),
    epochMs,
  };
}

/** '1 May 2026' (long) or '01/05/2026' (short), as the locale writes it. */
export function formatDay(time: WallTime, locale: string, dateStyle: 'long' | 'short'): string {
  return formatter(locale, { dateStyle, timeZone: 'UTC' }).format(time.asUtcMs);
}

type Conversion = (time: WallTime, locale: string, zone: string) => string | number;

const named =
  (options: Intl.DateTimeFormatOptions): Conversion =>
  (time, locale) =>
    formatter(locale, { ...options, timeZone: 'UTC' }).format(time.asUtcMs);
const hour12: Conversion = (time) => time.hour % 12 || 12;
const half = (time: WallTime): string => (time.hour < 12 ? 'AM' : 'PM');
const weekday = (time: WallTime): number => new Date(time.asUtcMs).getUTCDay();

const CONVERSIONS: Record<string, Conversion> = {
  Y: (time) => time.year,
  y: (time) => time.year % 100,
  m: (time) => time.month,
  d: (time) => time.day,
  e: (time) => time.day,
  j: (time) => Math.floor((time.asUtcMs - Date.UTC(time.year, 0, 1)) / 86_400_000) + 1,
  H: (time) => time.hour,
  k: (time) => time.hour,
  I: hour12,
  l: hour12,
  M: (time) => time.minute,
  S: (time) => time.second,
  u: (time) => weekday(time) || 7,
  w: weekday,
  s: (time) => Math.floor(time.epochMs / 1000),
  p: half,
  P: (time) => half(time).toLowerCase(),
  B: named({ month: 'long' }),
  b: named({ month: 'short' }),
  h: named({ month: 'short' }),
  A: named({ weekday: 'long' }),
  a: named({ weekday: 'short' }),
  x: (time, locale) => formatDay(time, locale, 'short'),
  X: named({ timeStyle: 'medium' }),
  c: named({ dateStyle: 'medium', timeStyle: 'medium' }),
  Z: (_time, _locale, zone) => zone,
  z: (time) => {
    const minutes = Math.abs(time.offsetMinutes);
    return `${time.offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
  },
};
const COMPOSED: Record<string, string> = { F: '%Y-%m-%d', T: '%H:%M:%S', R: '%H:%M', D: '%m/%d/%y' };
const WIDTHS: Record<string, [number, string]> = {
  y: [2, '0'],
  m: [2, '0'],
  d: [2, '0'],
  e: [2, ' '],
  j: [3, '0'],
  H: [2, '0'],
  k: [2, ' '],
  I: [2, '0'],
  l: [2, ' '],
  M: [2, '0'],
  S: [2, '0'],
  Y: [4, '0'],
};

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** The usual strftime letters with the flags `-` (no padding) and `^` (upper case); widths are ignored on purpose. */
export function formatPattern(time: WallTime, pattern: string, locale: string, zone: string): string {
  const plain = pattern.replace(/%([FTRD])/g, (_, letter: string) => COMPOSED[letter] ?? '');
  return plain.replace(/%([-^]?)([A-Za-z%])/g, (all, flag: string, letter: string) => {
    if (letter === '%') return '%';
    const convert = Object.hasOwn(CONVERSIONS, letter) ? CONVERSIONS[letter] : undefined;
    if (!convert) return all;
    const [width, pad] = (flag === '-' ? undefined : WIDTHS[letter]) ?? [0, ' '];
    const shown = String(convert(time, locale, zone)).padStart(width, pad);
    return flag === '^' ? shown.toUpperCase() : shown;
  });
}
