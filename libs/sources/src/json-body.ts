import { emailAddress } from '#app/contracts';
import {
  type IsoDate,
  isIsoDate,
  type IsoInstant,
  type Money,
  parseMoney,
  PermanentError,
  toInstant,
  toIso,
} from '#app/domain';
import { parse } from 'lossless-json';

export type JsonObject = Readonly<Record<string, unknown>>;

const NOTHING: JsonObject = Object.freeze({});
/** The years that PostgreSQL, Luxon and people agree on. */
const YEARS = /^(19[7-9]\d|2[01]\d\d)-/;

/**
 * Reads a stored body. Numbers come as the text they were written in: ids exceed 2^53 and amounts must not pass through
 * floating point.
 * @throws PermanentError `event.invalid` when it isn't a JSON object
 */
export function readJsonObject(body: string): JsonObject {
  const value = readJson(body);
  if (isObject(value)) return value;
  throw invalid('', 'the body is not a JSON object');
}

function readJson(body: string): unknown {
  try {
    return parse(body, null, { parseNumber: (text) => text, onDuplicateKey: ({ newValue }) => newValue });
  } catch (error) {
    throw new PermanentError('event.invalid', 'The body is not JSON. Replay it after the sender was mended.', {
      cause: error,
    });
  }
}

export function invalid(pointer: string, message: string): PermanentError {
  return new PermanentError('event.invalid', `The body is not what its sender documents: ${pointer} ${message}.`, {
    faults: [{ pointer, code: 'event.invalid', message }],
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at this place; an empty one where there is none. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : NOTHING;
}

/** The objects of a list; none where there is no list. */
export function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Text without what PostgreSQL can't hold, trimmed and cut to `max`; undefined when nothing is left. */
export function textOf(value: unknown, max = 255): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value
    .replaceAll('\u0000', '')
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .trim();
  if (text === '') return undefined;
  return text.length > max ? text.slice(0, max).replace(/[\ud800-\udbff]$/, '') : text;
}

/** An id as text; undefined for none and for 0, which senders use to say nobody. */
export function idOf(value: unknown): string | undefined {
  const id = textOf(value);
  return id === '0' ? undefined : id;
}

/** @throws PermanentError `event.invalid` when the sender's promise of an id isn't kept */
export function requiredId(value: unknown, pointer: string): string {
  const id = idOf(value);
  if (id === undefined) throw invalid(pointer, 'holds no id');
  return id;
}

/** An amount in the sender's decimal text; undefined when it can't be read. */
export function moneyOf(amount: unknown, currency: unknown): Money | undefined {
  if (typeof amount !== 'string' || typeof currency !== 'string') return undefined;
  try {
    return parseMoney(amount, currency);
  } catch {
    return undefined;
  }
}

/** A time with its zone; `zone` is added where the sender leaves it out. */
export function timeOf(value: unknown, zone = ''): IsoInstant | undefined {
  if (typeof value !== 'string' || value.length > 40 || !YEARS.test(value)) return undefined;
  const text = value + zone;
  if (!/(?:Z|[+-]\d\d:?\d\d)$/i.test(text)) return undefined;
  try {
    return toIso(toInstant(text));
  } catch {
    return undefined;
  }
}

export function dayOf(value: unknown): IsoDate | undefined {
  const day = textOf(value, 40)?.slice(0, 10);
  return day !== undefined && isIsoDate(day) && YEARS.test(day) ? day : undefined;
}

/** One clean address; undefined for anything that isn't one. */
export function emailOf(value: unknown): string | undefined {
  const result = emailAddress.safeParse(value);
  return result.success ? result.data : undefined;
}

export function urlOf(value: unknown): string | undefined {
  const text = textOf(value, 2_000);
  return text !== undefined && /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined;
}

export function countryOf(value: unknown): string | undefined {
  const code = textOf(value, 3)?.toUpperCase();
  return code !== undefined && /^[A-Z]{2}$/.test(code) ? code : undefined;
}

/** A BCP 47 tag; senders also write it with an underscore. */
export function localeOf(value: unknown): string | undefined {
  const tag = textOf(value, 35)?.replaceAll('_', '-');
  return tag !== undefined && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(tag) ? tag : undefined;
}

/** A list in one text, such as `vip, wholesale`. */
export function tagsOf(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'string') return undefined;
  return value
    .split(',')
    .flatMap((tag) => textOf(tag) ?? [])
    .slice(0, 100);
}

/** A whole number of things. */
export function countOf(value: unknown): number {
  const count = Number(value);
  return Number.isSafeInteger(count) && count >= 0 ? count : 1;
}

/** The object without its undefined fields. */
export function stated<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
