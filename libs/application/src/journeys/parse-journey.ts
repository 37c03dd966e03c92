import { journeyDocument, toJourneyDocument } from '#app/contracts';
import { type Fault, type JourneyDocument, MAX_DOCUMENT_CHARS, schemaFaults } from '#app/domain';
import { LineCounter, parseDocument } from 'yaml';

/** Aliases multiply what a text stands for; a journey needs hardly any. */
const MAX_ALIASES = 20;
/** Deeper than any document's settings; keeps recursion over hostile input short. */
const MAX_DEPTH = 32;

/** Open at one time; placeholders and pictures of brackets in texts need a few besides the levels. */
const MAX_OPEN_BRACKETS = 3 * MAX_DEPTH;
/** Levels that open on one line, as in `- - - x`. */
const COMPACT_LEVELS = /(?:[-?:][ \t]+){33}/;
/** A list on the line of its key, which YAML doesn't allow: a text full of them takes long to be refused. */
const LIST_BESIDE_KEY = /:[ \t]+[-?][ \t]/g;

export type ReadJourney = { readonly document: JourneyDocument } | { readonly faults: readonly Fault[] };

/** Reads a journey as its author wrote it. Faults name the line (`#line-12`) or the place as a JSON pointer. */
export function parseJourneyText(text: string, format: 'yaml' | 'json'): ReadJourney {
  if (text.length > 2 * MAX_DOCUMENT_CHARS) {
    return refuse(
      '',
      'journey.too-large',
      `The text has ${text.length} characters; at most ${2 * MAX_DOCUMENT_CHARS} are allowed.`,
    );
  }
  return format === 'json' ? parseJson(text) : parseYaml(text);
}

/** Checks a journey that was parsed already. Whether its steps and expressions make sense is `compileJourney`'s to say. */
export function readJourney(input: unknown): ReadJourney {
  if (isTooDeep(input, MAX_DEPTH))
    return refuse('', 'malformed', `The document is nested deeper than ${MAX_DEPTH} levels.`);
  const parsed = journeyDocument.safeParse(input);
  return parsed.success
    ? { document: toJourneyDocument(parsed.data) }
    : { faults: schemaFaults(parsed.error, '', 'journey.invalid') };
}

function parseJson(text: string): ReadJourney {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (cause) {
    return refuse(
      '',
      'malformed',
      `This is not JSON: ${cause instanceof Error ? cause.message.slice(0, 200) : 'it ends early'}.`,
    );
  }
  return readJourney(input);
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

function parseYaml(text: string): ReadJourney {
  if (isNestedTooDeep(text)) return refuse('', 'malformed', `The text is nested deeper than ${MAX_DEPTH} levels.`);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    return {
      faults: problems.slice(0, 20).map(({ message, pos }) => {
        const { line, col } = lines.linePos(pos[0]);
        return { pointer: `#line-${line}`, code: 'malformed', message: `Line ${line}, column ${col}: ${message}.` };
      }),
    };
  }
  try {
    return withLines(readJourney(document.toJS({ maxAliasCount: MAX_ALIASES })), document, lines);
  } catch {
    return refuse('', 'malformed', `The document uses anchors more than ${MAX_ALIASES} times; write the values out.`);
  }
}

/** Adds the line of the place to each fault, where the place exists in the text. */
function withLines(read: ReadJourney, document: ReturnType<typeof parseDocument>, lines: LineCounter): ReadJourney {
  if (!('faults' in read)) return read;
  return {
    faults: read.faults.map((fault) => {
      const line = lineOf(fault.pointer, document, lines);
      return line === undefined ? fault : { ...fault, message: `Line ${line}: ${fault.message}` };
    }),
  };
}

function lineOf(pointer: string, document: ReturnType<typeof parseDocument>, lines: LineCounter): number | undefined {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range))
      return lines.linePos(Number(node.range[0])).line;
  }
  return undefined;
}

function isTooDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((item) => isTooDeep(item, left - 1));
}

function refuse(pointer: string, code: string, message: string): ReadJourney {
  return { faults: [{ pointer, code, message }] };
}
