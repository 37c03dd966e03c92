import { PermanentError } from '#app/domain';

const MAX_DEPTH = 32;
const MAX_KEYS = 1000;
const MAX_NODES = 10_000;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Keys that reach into an object's prototype when copied carelessly. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws PermanentError `malformed` for bytes that are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new PermanentError('malformed', 'The body is not UTF-8. Send it in UTF-8.', { cause });
  }
}

/**
 * Parses JSON from somebody we don't know: strict UTF-8, no key twice, no key that touches prototypes, no NUL or half character in
 * a text (PostgreSQL stores neither), at most 32 levels, 1,000 keys an object and 10,000 values.
 * @throws PermanentError `malformed` when it can't be read, `validation` when it is too deep, wide or long
 */
export function parseStrictJson(bytes: Uint8Array, options: InspectOptions = {}): unknown {
  const text = decodeUtf8(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PermanentError('malformed', 'The body is not JSON. Check quotes, commas and brackets.', { cause });
  }
  inspectJson(text, options);
  return value;
}

export interface InspectOptions {
  /** Signed bodies of foreign systems may repeat a key; the last one counts. */
  readonly allowsRepeatedKeys?: boolean;
  /** 10,000 unless told otherwise. */
  readonly maxNodes?: number;
}

/** Checks the limits of `parseStrictJson` on text that is known to be JSON. One pass, nothing is built. */
export function inspectJson(text: string, options: InspectOptions = {}): void {
  const inspection = new Inspection(options);
  for (let index = 0; index < text.length; index += 1) {
    switch (text[index]) {
      case '"': {
        const end = endOfString(text, index);
        inspection.string(text.slice(index + 1, end));
        index = end;
        break;
      }
      case '{':
        inspection.open(new Set());
        break;
      case '[':
        inspection.open(undefined);
        break;
      case '}':
      case ']':
        inspection.close();
        break;
      case ':':
        inspection.expectsKey = false;
        break;
      case ',':
        inspection.next();
        break;
      default:
    }
  }
}

/** Where one is in a JSON text: the keys of each open object (undefined for an array), and whether a key comes next. */
class Inspection {
  expectsKey = false;
  private readonly levels: (Set<string> | undefined)[] = [];
  private nodes = 0;

  constructor(private readonly options: InspectOptions) {}

  open(keys: Set<string> | undefined): void {
    this.levels.push(keys);
    if (this.levels.length > MAX_DEPTH) throw tooMuch(`is nested more than ${MAX_DEPTH} levels deep`);
    this.next();
  }

  close(): void {
    this.levels.pop();
  }

  next(): void {
    const { maxNodes = MAX_NODES } = this.options;
    this.expectsKey = this.levels.at(-1) !== undefined;
    this.nodes += 1;
    if (this.nodes > maxNodes) throw tooMuch(`has more than ${maxNodes} values`);
  }

  string(raw: string): void {
    const content = raw.includes('\\') ? unescapeText(raw) : raw;
    const keys = this.levels.at(-1);
    if (keys !== undefined && this.expectsKey) addKey(keys, content, this.options.allowsRepeatedKeys ?? false);
  }
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text[index - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

function unescapeText(raw: string): string {
  const content = JSON.parse(`"${raw}"`) as string;
  if (content.includes('\0') || LONE_SURROGATE.test(content)) {
    throw new PermanentError('malformed', 'A text holds a NUL or half of a surrogate pair. Remove it.');
  }
  return content;
}

function addKey(keys: Set<string>, key: string, allowsRepeatedKeys: boolean): void {
  if (FORBIDDEN_KEYS.has(key)) throw new PermanentError('malformed', `The key "${key}" is not accepted. Rename it.`);
  if (!allowsRepeatedKeys && keys.has(key))
    throw new PermanentError(
      'malformed',
      `The key "${key.slice(0, 40)}" stands twice in one object. Remove one of them.`,
    );
  keys.add(key);
  if (keys.size > MAX_KEYS) throw tooMuch(`has an object of more than ${MAX_KEYS} keys`);
}

function tooMuch(what: string): PermanentError {
  return new PermanentError('validation', `The body ${what}. Send less at once.`);
}
