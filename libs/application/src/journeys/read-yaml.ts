import type { Fault } from '#app/domain';
import { type Document, LineCounter, parseDocument } from 'yaml';

/** Aliases multiply what a text stands for; a journey needs hardly any. */
const MAX_ALIASES = 20;
/** Deeper than any document's settings; keeps recursion over hostile input short. */
export const MAX_DEPTH = 32;
/** Open at one time; placeholders and pictures of brackets in texts need a few besides the levels. */
const MAX_OPEN_BRACKETS = 3 * MAX_DEPTH;
/** Levels that open on one line, as in `- - - x`. */
const COMPACT_LEVELS = /(?:[-?:][ \t]+){33}/;
/** A list on the line of its key, which YAML doesn't allow: a text full of them takes long to be refused. */
const LIST_BESIDE_KEY = /:[ \t]+[-?][ \t]/g;
const MAX_PROBLEMS = 20;

/** What a text says, and the line (from 1) of a JSON pointer's place or of the nearest one around it; null without any. */
export interface YamlText {
  readonly value: unknown;
  lineOf(pointer: string): number | null;
}

/** Reads YAML from anybody: the only way to its parser. Faults name their line as `#line-12`. */
export function readYaml(text: string): YamlText | { readonly faults: readonly Fault[] } {
  if (isNestedTooDeep(text)) return refuse('', `The text is nested deeper than ${MAX_DEPTH} levels.`);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const problems = [...document.errors, ...document.warnings].slice(0, MAX_PROBLEMS);
  if (problems.length > 0) {
    return {
      faults: problems.flatMap(({ message, pos }) => {
        const { line, col } = lines.linePos(pos[0]);
        return refuse(`#line-${line}`, `Line ${line}, column ${col}: ${message}.`).faults;
      }),
    };
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { value, lineOf: (pointer) => lineOf(pointer, document, lines) };
  } catch {
    return refuse('', `The document uses anchors more than ${MAX_ALIASES} times; write the values out.`);
  }
}

/**
 * The YAML parser recurses per level, and a text of some thousand open brackets makes it run out of stack in a way that ends the
 * process instead of throwing. So levels are counted first; brackets within words count too, which no honest text notices.
 */
function isNestedTooDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = Math.max(0, depth + (bracket === '[' || bracket === '{' ? 1 : -1));
    if (depth > MAX_OPEN_BRACKETS) return true;
  }
  return COMPACT_LEVELS.test(text) || [...text.matchAll(LIST_BESIDE_KEY)].length > MAX_OPEN_BRACKETS;
}

function lineOf(pointer: string, document: Document.Parsed, lines: LineCounter): number | null {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range))
      return lines.linePos(Number(node.range[0])).line;
  }
  return null;
}

function refuse(pointer: string, message: string): { readonly faults: readonly Fault[] } {
  return { faults: [{ pointer, code: 'malformed', message }] };
}
