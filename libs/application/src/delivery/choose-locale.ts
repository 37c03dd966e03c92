/** Regions whose readers are closer to another variant than to the language's first; CLDR calls it their parent locale. */
const PARENTS: readonly (readonly [regions: RegExp, parents: readonly string[]])[] = [
  [/^es-(AR|BO|BR|BZ|CL|CO|CR|CU|DO|EC|GT|HN|MX|NI|PA|PE|PR|PY|SV|US|UY|VE)$/i, ['es-419', 'es-MX']],
  [/^pt-(?!BR$)[A-Z]{2}$/i, ['pt-PT']],
  [/^en-(?!US$)[A-Z]{2}$/i, ['en-001', 'en-GB']],
];
/** What people and shops still write for a language that has another code by now, or a wider one. */
const ALIASES: Readonly<Record<string, string>> = { no: 'nb', nn: 'nb', iw: 'he', in: 'id', tl: 'fil' };

/**
 * The best locale that there is of those wanted, each of them tried in full before the next: `pt-BR`, then `pt`, then Portuguese of
 * another region, written in the same script where the language has several. Falls back to the first there is; undefined when there
 * is none.
 */
export function chooseLocale(
  available: readonly string[],
  wanted: readonly (string | null | undefined)[],
): string | undefined {
  for (const locale of wanted) {
    const found = locale ? closestTo(locale, available) : undefined;
    if (found !== undefined) return found;
  }
  return available[0];
}

export function isSameLanguage(one: string, other: string): boolean {
  return languageOf(tagOf(one)) === languageOf(tagOf(other));
}

function closestTo(locale: string, available: readonly string[]): string | undefined {
  const tag = tagOf(locale);
  const names = available.map((name) => ({ name, tag: tagOf(name) }));
  for (const candidate of [tag, ...parentsOf(tag), ...shorter(tag)]) {
    const found = names.find((one) => one.tag.toLowerCase() === candidate.toLowerCase());
    if (found !== undefined) return found.name;
  }
  const siblings = names.filter((one) => languageOf(one.tag) === languageOf(tag));
  return (siblings.find((one) => scriptOf(one.tag) === scriptOf(tag)) ?? siblings[0])?.name;
}

/** `pt_BR.UTF-8` and `pt-br` are the same; so are the old code of a language and its new one. */
function tagOf(locale: string): string {
  const [language = '', ...rest] = locale
    .trim()
    .replace(/[.@].*$/, '')
    .replaceAll('_', '-')
    .split('-');
  return [ALIASES[language.toLowerCase()] ?? language, ...rest].join('-');
}

function parentsOf(tag: string): readonly string[] {
  return PARENTS.find(([regions]) => regions.test(tag))?.[1] ?? [];
}

/** `zh-Hant-TW`: `zh-Hant`, then `zh`; `zh-TW` likewise, for its script is known from the region. */
function shorter(tag: string): string[] {
  const parts = tag.split('-');
  const cut = parts.slice(1).map((_, index) => parts.slice(0, parts.length - 1 - index).join('-'));
  const script = scriptOf(tag);
  return script === undefined ? cut : [`${languageOf(tag)}-${script}`, ...cut];
}

function languageOf(tag: string): string {
  return (tag.split('-')[0] ?? tag).toLowerCase();
}

/** In which script the locale is written most likely; undefined for what is no locale. */
function scriptOf(tag: string): string | undefined {
  try {
    return new Intl.Locale(tag).maximize().script;
  } catch {
    return undefined;
  }
}
