import { filters as standardFilters } from 'liquidjs';
import type { FilterImplOptions, Context } from 'liquidjs';
import { formatDay, formatPattern, toWallTime, usableLocale } from './calendar.js';
import type { WallTime } from './calendar.js';
import { escapeHtml, Markup } from './markup.js';
import { formatMoney } from './money.js';

// Left out of LiquidJS' set: raw (undoes the escaping), *_exp (evaluate text), sample (chance), sha256/hmac_sha256,
// base64_*, inspect, xml_escape, and the date_to_* family (host zone).
const STANDARD = `abs append array_to_sentence_string at_least at_most capitalize ceil compact concat default
  divided_by downcase find find_index first floor group_by has join json last lstrip map minus modulo normalize_whitespace
  number_of_words plus pop prepend push reject remove remove_first remove_last replace replace_first replace_last reverse
  round rstrip shift size slice slugify sort sort_natural split squish strip strip_html strip_newlines sum times to_integer
  truncate truncatewords uniq unshift upcase where`.split(/\s+/);

const SAFE_URL = /^(?:https?:\/\/[^\s\p{Cc}<>"]+|mailto:[^\s\p{Cc}<>"]+|tel:[^\s\p{Cc}<>"]+)$/iu;
const MAX_URL_LENGTH = 4096;

export type OutputKind = 'html' | 'text';

/** What an output prints. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (value instanceof Markup) return value.valueOf();
  if (Array.isArray(value)) return value.map(toText).join('');
  // an object has no text of its own; a reader should not meet "[object Object]"
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** The escaping of every output of the HTML part. */
export function escapeOutput(this: unknown, value: unknown): string {
  if (value instanceof Markup) return value.valueOf();
  const text = toText(value);
  (this as { context: Context }).context.memoryLimit.use(text.length);
  return escapeHtml(text);
}

function data(context: Context): Record<string, unknown> {
  return context.environments as Record<string, unknown>;
}

function shopValue(context: Context, key: string): unknown {
  const shop = data(context)['shop'];
  return typeof shop === 'object' && shop !== null ? (shop as Record<string, unknown>)[key] : undefined;
}

function zoneOf(context: Context, given?: unknown): string {
  const zone = given ?? shopValue(context, 'timeZone');
  return typeof zone === 'string' && zone !== '' ? zone : 'UTC';
}

function readTime(value: unknown, context: Context, zone: string): WallTime | undefined {
  const plain = value instanceof Markup ? value.valueOf() : value;
  if (plain !== 'now' && plain !== 'today') return toWallTime(plain, zone);
  const now = toWallTime(data(context)['now'], zone);
  if (!now) throw new TypeError("date: 'now' was asked for, but the context has no `now`");
  return now;
}

function dayFilter(style: 'long' | 'short'): FilterImplOptions {
  return function dayAs(value: unknown): string {
    const time = readTime(value, this.context, zoneOf(this.context));
    return time ? formatDay(time, usableLocale(data(this.context)['locale']), style) : '';
  };
}

const dateFilter: FilterImplOptions = function date(value: unknown, pattern?: unknown, zone?: unknown): unknown {
  const shownIn = zoneOf(this.context, zone);
  const time = readTime(value, this.context, shownIn);
  if (!time) return value;
  const locale = usableLocale(data(this.context)['locale']);
  if (pattern === undefined || pattern === null) return formatDay(time, locale, 'long');
  const letters = toText(pattern);
  this.context.memoryLimit.use(letters.length * 8);
  return formatPattern(time, letters, locale, shownIn);
};

const moneyFilter: FilterImplOptions = function money(value: unknown, currency?: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  const { amount, currency: own } = (typeof value === 'object' ? value : { amount: value }) as Record<string, unknown>;
  const code = own ?? currency ?? shopValue(this.context, 'currency');
  return formatMoney(amount, code, usableLocale(data(this.context)['locale']));
};

function urlFilter(value: unknown): string {
  const text = toText(value).trim();
  return text.length <= MAX_URL_LENGTH && SAFE_URL.test(text) ? text : '';
}

/** Half a character can't be put into an address, nor into a mail. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** Filters that fail, and the message with them, where a text holds half a character or a lone percent sign. */
const BRITTLE = ['cgi_escape', 'uri_escape', 'url_decode', 'url_encode'] as const;

function sturdy(filter: (text: string) => string): (value: unknown) => string {
  return (value) => {
    const text = wellFormed(toText(value));
    try {
      return filter(text);
    } catch {
      return text;
    }
  };
}

const ENTITY = /&(amp|lt|gt|quot|#34|#39);/g;
const CHARACTERS: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#34': '"', '#39': "'" };

function unescapeHtml(text: string): string {
  return text.replace(ENTITY, (_, name: string) => CHARACTERS[name] ?? '');
}

/** These make HTML themselves, so the escaping of the output is not done a second time; in a text part they do nothing. */
function htmlFilters(kind: OutputKind): Record<string, FilterImplOptions> {
  const handlers: Record<string, (this: unknown, value: unknown) => string> = {
    escape: escapeOutput,
    escape_once(value) {
      return escapeOutput.call(this, unescapeHtml(toText(value)));
    },
    newline_to_br(value) {
      return escapeOutput.call(this, value).replace(/\r?\n/g, '<br>\n');
    },
  };
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [name, kind === 'html' ? { raw: true, handler } : toText]),
  );
}

/** The closed list of filters a template may use. */
export function templateFilters(kind: OutputKind): Record<string, FilterImplOptions> {
  const standard = Object.entries(standardFilters).filter(([name]) => STANDARD.includes(name));
  return {
    ...Object.fromEntries(standard),
    ...htmlFilters(kind),
    ...Object.fromEntries(BRITTLE.map((name) => [name, sturdy(standardFilters[name] as (text: string) => string)])),
    date: dateFilter,
    date_long: dayFilter('long'),
    date_short: dayFilter('short'),
    money: moneyFilter,
    url: urlFilter,
  };
}
