import type { Json } from '#app/domain';
import { chooseLocale, isSameLanguage } from '../delivery/choose-locale.js';
import type { NewSnippet, ProductKey } from './snippet-store.port.js';

type Fields = Readonly<Record<string, Json>>;

/** Of every language that isn't written. */
export const ANY_LANGUAGE = 'default';
const ANY_PRODUCT: ProductKey = { about: 'any', product: '' };

/** Snippets that were looked up, as templates read them: `snippets` of each line of the order, by name. */
export class SnippetBook {
  static readonly EMPTY = new SnippetBook([]);
  /** By subject, name and language. */
  private readonly texts = new Map<string, Map<string, Map<string, string>>>();

  constructor(snippets: readonly NewSnippet[]) {
    for (const { name, locale, text, ...key } of snippets) {
      const names = entryOf(this.texts, placeOf(key), () => new Map<string, Map<string, string>>());
      entryOf(names, name, () => new Map<string, string>()).set(locale, text);
    }
  }

  /** The variables of a message that is written in `locale`, with its snippets. Those that a line brings along stand in for what isn't stored. */
  fill(variables: Fields, locale: string): Fields {
    const { order = null } = variables;
    if (this.texts.size === 0 || !isObject(order)) return variables;
    const own = [localeOf(variables['customer']), localeOf(variables['shop'])];
    const lines = linesOf(variables).map((line) => {
      const { snippets = {} } = line;
      return { ...line, snippets: { ...(isObject(snippets) ? snippets : {}), ...this.ofLine(line, locale, own) } };
    });
    return { ...variables, order: { ...order, lines } };
  }

  private ofLine(line: Fields, locale: string, [reader = null, shop = null]: readonly (string | null)[]): Fields {
    // the most precise stands last, and wins
    const shelves = keysOfLine(line)
      .toReversed()
      .flatMap((key) => this.texts.get(placeOf(key)) ?? []);
    const byName = new Map(shelves.flatMap((names) => [...names]));
    // the reader's own region of the language that the message is written in
    const near = reader !== null && isSameLanguage(reader, locale) ? [reader, locale] : [locale];
    return Object.fromEntries([...byName].map(([name, texts]) => [name, wordsIn(texts, near, [reader, shop])]));
  }
}

/** What the lines of an order are found by; an order that isn't there has none. */
export function keysOfOrder(variables: Fields): ProductKey[] {
  return linesOf(variables).flatMap(keysOfLine);
}

/** The most precise first. */
function keysOfLine({ sku, productId }: Fields): ProductKey[] {
  return [
    ...(typeof sku === 'string' ? [{ about: 'sku' as const, product: sku.trim() }] : []),
    ...(typeof productId === 'string' ? [{ about: 'product' as const, product: productId.trim() }] : []),
    ANY_PRODUCT,
  ];
}

function wordsIn(
  texts: ReadonlyMap<string, string>,
  near: readonly string[],
  others: readonly (string | null)[],
): string {
  const written = [...texts.keys()].filter((locale) => locale !== ANY_LANGUAGE);
  const chosen = texts.has(ANY_LANGUAGE)
    ? chooseLocale([ANY_LANGUAGE, ...written], near)
    : chooseLocale(written, [...near, ...others]);
  return texts.get(chosen ?? '') ?? '';
}

function linesOf({ order = null }: Fields): readonly Fields[] {
  if (!isObject(order)) return [];
  const { lines = null } = order;
  return Array.isArray(lines) ? (lines as readonly Json[]).filter(isObject) : [];
}

function localeOf(person: Json | undefined): string | null {
  if (person === undefined || !isObject(person)) return null;
  const { locale = null } = person;
  return typeof locale === 'string' ? locale : null;
}

function placeOf({ about, product }: ProductKey): string {
  return `${about} ${product}`;
}

function isObject(value: Json): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entryOf<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
