import type { FactsView, Json } from '#app/domain';

/** Of a fact that is shown; longer ones are cut. */
const MAX_FACT_CHARS = 300;
const ROOTS = /\b(?:customer|order|event|shop|settings|run)(?:\s*\.\s*[A-Za-z_]\w*)+(\s*\()?/g;
const TEXTS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;
const OPENING = new Set(['(', '[', '{']);
const CLOSING = new Set([')', ']', '}']);

/** The parts of a condition that must all hold; the condition itself where it is no plain list of them. */
export function partsOf(condition: string): string[] {
  // texts are blanked so that what stands in them is not read as CEL
  const bare = condition.replaceAll(TEXTS, (text) => '_'.repeat(text.length));
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < bare.length; index += 1) {
    const char = bare[index] ?? '';
    if (OPENING.has(char)) depth += 1;
    else if (CLOSING.has(char)) depth -= 1;
    if (depth > 0) continue;
    if (char === '?' || bare.startsWith('||', index)) return [condition.trim()];
    if (!bare.startsWith('&&', index)) continue;
    parts.push(condition.slice(start, index).trim());
    start = index + 2;
  }
  parts.push(condition.slice(start).trim());
  return parts.every((part) => part !== '') ? parts : [condition.trim()];
}

/** The facts that a condition names, by their paths; `null` for what isn't known. */
export function factsIn(condition: string, view: FactsView): Record<string, Json> {
  const facts: Record<string, Json> = {};
  for (const [match, call] of condition.replaceAll(TEXTS, '""').matchAll(ROOTS)) {
    const names = match
      .replace(/\($/, '')
      .split('.')
      .map((name) => name.trim());
    // the last name of `order.lines.exists(…)` is a function
    const path = call === undefined ? names : names.slice(0, -1);
    if (path.length > 1) facts[path.join('.')] = shown(valueAt(view, path));
  }
  return facts;
}

function valueAt(view: FactsView, path: readonly string[]): Json {
  let value: Json = view as Json;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return null;
    value = (value as { readonly [key: string]: Json })[name] ?? null;
  }
  return value;
}

function shown(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length <= MAX_FACT_CHARS ? value : `${text.slice(0, MAX_FACT_CHARS - 1)}…`;
}
