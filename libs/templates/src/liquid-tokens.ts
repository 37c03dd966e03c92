/**
 * Liquid tokens are swapped for marks from the private use area while a source goes through MJML and html-to-text, so
 * neither of them can parse, escape, wrap or complain about what stands inside a token.
 */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const TOKEN = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/** One mark; group 1 is the number of its token. White space inside stands for the token's line breaks. */
export const MARK = /\uE000(\d+)\s*\uE001/g;
export const MARK_SOURCE = MARK.source;

export interface MarkedSource {
  source: string;
  /** By number. */
  tokens: string[];
}

/** Keeps the number of lines, so that line numbers in the marked source are the author's. */
export function markLiquid(source: string, tokens: string[] = []): MarkedSource {
  const clean = source.replace(/[\uE000\uE001]/g, '');
  return { source: clean.replace(TOKEN, (token) => addToken(tokens, token)), tokens };
}

export function addToken(tokens: string[], token: string): string {
  const lineBreaks = token.replace(/[^\n]/g, '');
  return `${OPEN}${tokens.push(token) - 1}${lineBreaks}${CLOSE}`;
}

export function restoreLiquid(marked: string, tokens: readonly string[]): string {
  return marked.replace(MARK, (_, index: string) => tokens[Number(index)] ?? '');
}

export function isOutput(token: string): boolean {
  return token.startsWith('{{');
}

const URL_ATTRIBUTE = /\s(href|src|background|action|poster)\s*=\s*("[^"<]*"|'[^'<]*')/gi;

/**
 * Appends the `url` filter to an output that stands where a scheme would: `href="{{ x }}"` but not
 * `href="https://shop.example/{{ x }}"`. A name that reads `javascript:…` can then never become a link.
 */
export function guardUrls(marked: string, tokens: string[]): string {
  return marked.replace(URL_ATTRIBUTE, (attribute, _name: string, value: string) =>
    attribute.replace(value, () => guardValue(value, tokens)),
  );
}

function guardValue(quoted: string, tokens: string[]): string {
  const quote = quoted.charAt(0);
  let hasScheme = false;
  let isGuarded = false;
  const parts = quoted.slice(1, -1).split(/(\uE000\d+\s*\uE001)/);
  const guarded = parts.map((part) => {
    const index = /^\uE000(\d+)/.exec(part)?.[1];
    if (index === undefined) {
      hasScheme ||= part.trim() !== '';
      return part;
    }
    const token = tokens[Number(index)] ?? '';
    // after a tag another branch may begin, which needs a guard of its own
    if (!isOutput(token)) isGuarded = false;
    if (!isOutput(token) || hasScheme || isGuarded) return part;
    isGuarded = true;
    return addToken(tokens, token.replace(/\s*(-?\}\})$/, ' | url $1'));
  });
  return quote + guarded.join('') + quote;
}
