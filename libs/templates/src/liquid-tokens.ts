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
  // whether the scheme is given already, by text or by an output before
  let isSettled = false;
  const blocks: boolean[] = [];
  const parts = quoted.slice(1, -1).split(/(\uE000\d+\s*\uE001)/);
  const guarded = parts.map((part) => {
    const token = tokenOf(part, tokens);
    const tag = /^\{%-?\s*(\w+)/.exec(token)?.[1];
    if (tag !== undefined) isSettled = afterTag(tag, isSettled, blocks);
    if (tag !== undefined || isSettled) return part;
    isSettled = part.trim() !== '';
    return isOutput(token) ? addToken(tokens, guardOutput(token)) : part;
  });
  return quote + guarded.join('') + quote;
}

function tokenOf(part: string, tokens: readonly string[]): string {
  const index = /^\uE000(\d+)/.exec(part)?.[1];
  return index === undefined ? '' : (tokens[Number(index)] ?? '');
}

/** Each branch begins as its block began; `blocks` holds how. */
function afterTag(tag: string, isSettled: boolean, blocks: boolean[]): boolean {
  if (/^(?:if|unless|case|for)$/.test(tag)) blocks.push(isSettled);
  else if (/^(?:else|elsif|when)$/.test(tag)) return blocks.at(-1) ?? isSettled;
  else if (tag.startsWith('end')) blocks.pop();
  return isSettled;
}

/** In place of a last `escape`, which the output gets anyway and which must come after. */
function guardOutput(token: string): string {
  return token.replace(/\s*(?:\|\s*escape(?:_once)?\s*)?(-?\}\})$/, ' | url $1');
}
