import { lineCounter } from './partials.js';

/** By which templates name the texts that a shop keeps about its products: `line.snippets.care`, or `line.snippets["care"]`. */
const WORD = 'snippets';
/** Short, so that a text full of beginnings is read in little time. */
const MENTION =
  /\{%-?\s{0,20}(end)?(comment|raw)\b|\{[{%]|[}%]\}|\bsnippets\b(?:\.([A-Za-z][\w-]{0,63})|\[\s{0,20}(["'])([A-Za-z][\w-]{0,63})\4\s{0,20}\])?/g;

const STAND_IN = /^\s*\|\s*default:\s*(?:[^"'\s]|"[^"]|'[^'])/;

/** The names of snippets that a template may print; null where it could be any, as in `line.snippets[settings.which]`. */
export function snippetNames(texts: readonly string[]): ReadonlySet<string> | null {
  const names = new Set<string>();
  for (const text of texts) {
    if (!text.includes(WORD)) continue;
    for (const [mention, , , dotted, , quoted] of text.matchAll(MENTION)) {
      const name = dotted ?? quoted;
      if (name !== undefined) names.add(name);
      else if (mention === WORD) return null;
    }
  }
  return names;
}

interface NamedSnippet {
  readonly name: string;
  readonly line: number;
  /** It is printed with a `default` that has words of its own. */
  readonly hasStandIn: boolean;
}

/** Where a text written by an author prints or asks for a snippet by its name: what is no code to the engine is left out. */
export function namedSnippets(text: string): NamedSnippet[] {
  if (!text.includes(WORD)) return [];
  const found: NamedSnippet[] = [];
  const place = new Place();
  const lineAt = lineCounter(text);
  for (const match of text.matchAll(MENTION)) {
    const [mention, closing, block, dotted, , quoted] = match;
    place.pass(mention, block, closing !== undefined);
    const name = dotted ?? quoted;
    if (name === undefined || !place.isCode) continue;
    const end = match.index + mention.length;
    const hasStandIn = STAND_IN.test(text.slice(end, end + 80));
    found.push({ name, line: lineAt(match.index), hasStandIn });
  }
  return found;
}

/** What stands in a comment, or in `raw`, is text to the engine. */
class Place {
  private isTag = false;
  private block: string | undefined;

  get isCode(): boolean {
    return this.isTag && this.block === undefined;
  }

  pass(mention: string, block: string | undefined, isEnd: boolean): void {
    // nothing but its own end ends a block
    if (isEnd && this.block === block) this.block = undefined;
    else if (!isEnd) this.block ??= block;
    if (mention.startsWith('{')) this.isTag = true;
    else if (mention.endsWith('}')) this.isTag = false;
  }
}
