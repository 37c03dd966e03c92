import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { type Fault, PermanentError } from '../errors.js';
import type { EventType } from '../event/event.js';
import type { Json } from '../facts/view.js';
import type { CelView } from './cel-view.js';
import { checkNames } from './expression-names.js';
import { type Variable, VARIABLES } from './fact-fields.js';

export const MAX_EXPRESSION_CHARS = 1000;
export const MAX_PATTERN_CHARS = 256;
const MAX_AST_NODES = 300;
const MAX_DEPTH = 24;
/** Compiled patterns that are kept; they come from published documents, so there are few. */
const MAX_PATTERNS = 500;

/** A condition or value of a document, parsed and checked. */
export interface Expression {
  readonly source: string;
  /** CEL's name of the result's type; `dyn` where it depends on the facts. */
  readonly type: string;
  /** Variables that it names. */
  readonly variables: readonly Variable[];
  /** @throws PermanentError `expression.failed` when a name has no value, or the types of the values don't suit. */
  evaluate(view: CelView): Json;
}

export interface ExpressionPlace {
  /** JSON pointer of the expression in its document. */
  readonly place: string;
  readonly expects?: 'bool' | 'any' | undefined;
  /** The document's settings. */
  readonly settings?: Json | undefined;
  /** Types that `event` may have here; empty when any. */
  readonly events?: readonly EventType[] | undefined;
  /** Variables that have a value here; all when left out. */
  readonly variables?: readonly Variable[] | undefined;
}

const patterns = new Map<string, RE2JS>();

function patternOf(source: string): RE2JS {
  const known = patterns.get(source);
  if (known) return known;
  const pattern = RE2JS.compile(source);
  if (patterns.size >= MAX_PATTERNS) patterns.clear();
  patterns.set(source, pattern);
  return pattern;
}

// cel-js runs `matches` on the engine's backtracking regular expressions, where a short text can take minutes, and its own
// overload can't be replaced. So `x.matches(p)` becomes `x.matchesRe2(p)`, which takes linear time.
const SAFE_MATCHES = 'matchesRe2';

function newEnvironment(): Environment {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    limits: {
      maxAstNodes: MAX_AST_NODES,
      maxDepth: MAX_DEPTH,
      maxListElements: 100,
      maxMapEntries: 50,
      maxCallArguments: 8,
    },
  });
  for (const name of VARIABLES) environment.registerVariable(name, 'dyn');
  return environment.registerFunction(`string.${SAFE_MATCHES}(string): bool`, (text: string, pattern: string) =>
    patternOf(pattern).matcher(text).find(),
  );
}

const environment = newEnvironment();

/** Parses and checks an expression against the facts that there are. */
export function compileExpression(
  source: string,
  place: ExpressionPlace,
): { readonly expression: Expression } | { readonly faults: readonly Fault[] } {
  const refuse = (messages: readonly string[]): { readonly faults: readonly Fault[] } => ({
    faults: messages.map((message) => ({ pointer: place.place, code: 'expression.invalid', message })),
  });
  if (source.trim() === '')
    return refuse(['The expression is empty; write a condition such as order.total.amount > 5000.']);
  if (source.length > MAX_EXPRESSION_CHARS) {
    return refuse([`The expression has ${source.length} characters; ${MAX_EXPRESSION_CHARS} are allowed.`]);
  }
  try {
    const parsed = environment.parse(source);
    const calls = matchesCalls(parsed.ast);
    const messages = [...checkNames(parsed.ast, place), ...calls.flatMap(checkPattern)];
    if (messages.length > 0) return refuse(messages);
    const safe = calls.length === 0 ? parsed : withSafeMatches(source, calls);
    const { problem, type } = typeOf(source, safe, place.expects);
    return problem === undefined
      ? { expression: newExpression(source, type, safe, variablesOf(parsed.ast)) }
      : refuse([problem]);
  } catch (cause) {
    return refuse([`"${shorten(source)}" can't be read: ${summaryOf(cause)}.`]);
  }
}

function typeOf(
  source: string,
  parsed: ParseResult,
  expects: ExpressionPlace['expects'],
): { readonly type: string; readonly problem?: string } {
  const { valid, type = 'dyn', error } = parsed.check();
  if (!valid) return { type, problem: `${summaryOf(error)} in "${shorten(source)}".` };
  if (expects !== 'bool' || type === 'bool' || type === 'dyn') return { type };
  return { type, problem: `"${shorten(source)}" gives ${type}; write a condition that is true or false.` };
}

function newExpression(source: string, type: string, parsed: ParseResult, variables: readonly Variable[]): Expression {
  return {
    source,
    type,
    variables,
    evaluate(view) {
      try {
        return fromCel(parsed(view));
      } catch (cause) {
        throw new PermanentError(
          'expression.failed',
          `"${shorten(source)}" has no value for these facts: ${summaryOf(cause)}.`,
          { cause },
        );
      }
    },
  };
}

type MatchesCall = Extract<ASTNode, { op: 'rcall' }>;

function matchesCalls(root: ASTNode): MatchesCall[] {
  const found: MatchesCall[] = [];
  visitNodes(root, (node) => {
    if (node.op === 'rcall' && node.args[0] === 'matches') found.push(node);
  });
  return found;
}

function variablesOf(root: ASTNode): Variable[] {
  const found = new Set<Variable>();
  visitNodes(root, ({ op, args }) => {
    const known = VARIABLES.find((name) => op === 'id' && name === args);
    if (known) found.add(known);
  });
  return [...found];
}

function visitNodes(root: ASTNode, see: (node: ASTNode) => void): void {
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) for (const item of part) visit(item);
    else if (isNode(part)) {
      see(part);
      visit(part.args);
    }
  };
  visit(root);
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part;
}

function checkPattern(call: MatchesCall): string[] {
  const [pattern, ...others] = call.args[2];
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string' || others.length > 0) {
    return ['matches takes one pattern, written out as a text such as "^A[0-9]+$".'];
  }
  if (pattern.args.length > MAX_PATTERN_CHARS)
    return [`The pattern of matches is longer than ${MAX_PATTERN_CHARS} characters.`];
  try {
    patternOf(pattern.args);
    return [];
  } catch (cause) {
    return [`"${shorten(pattern.args)}" is not a pattern (RE2): ${summaryOf(cause)}.`];
  }
}

/** Renames in the text, from the back: the package's own serializer loses parentheses, e.g. those of `a - (b - c)`. */
function withSafeMatches(source: string, calls: readonly MatchesCall[]): ParseResult {
  let text = source;
  for (const call of calls.toSorted((a, b) => b.args[1].end - a.args[1].end)) {
    const from = call.args[1].end;
    const gap = text.slice(from).replace(/^([\s)]*\.\s*)matches\b/, `$1${SAFE_MATCHES}`);
    text = text.slice(0, from) + gap;
  }
  const parsed = environment.parse(text);
  if (matchesCalls(parsed.ast).length > 0)
    throw new PermanentError('expression.invalid', 'write .matches("…") without a comment before it');
  return parsed;
}

function fromCel(value: unknown): Json {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map(fromCel);
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, field]) => [String(name), fromCel(field)]));
  if (Object.prototype.toString.call(value) === '[object Date]')
    return (value as { toISOString(): string }).toISOString();
  if (Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value as object).map(([name, field]) => [name, fromCel(field)]));
  }
  // bytes, durations and the like have no JSON form
  return null;
}

function summaryOf(cause: unknown): string {
  if (typeof cause === 'object' && cause !== null && 'summary' in cause && typeof cause.summary === 'string')
    return trimEnd(cause.summary);
  return cause instanceof Error ? trimEnd(cause.message.split('\n')[0] ?? '') : 'it is no expression';
}

function trimEnd(text: string): string {
  return text.trim().replace(/\.$/, '');
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
