import type { TemplateGap } from '#app/application';
import { parseLiquid, renderLiquid } from './engine.js';
import type { TemplateSource } from './template.js';

const OUTPUT = /\{\{-?[\s\S]*?-?\}\}/g;
/** From a `default` on; a filter before it works on the fact. */
const DEFAULT = /\|\s*default\b[\s\S]*?(-?\}\})$/;
const OPEN = '\uE010';
const INSTEAD = '\uE011';
const CLOSE = '\uE012';
const EMPTY = /\uE010(\d+):\s*\uE011([^\uE012]*)\uE012/g;

/**
 * Renders each field and looks for placeholders that are reached and print nothing, or would without their `default`. Since it is the
 * rendering that decides, an `if` around a placeholder counts, however it is written. Fields that don't parse have none.
 */
export function gapsOf(source: TemplateSource, variables: object): TemplateGap[] {
  return Object.entries(source).flatMap(([place, liquid]) =>
    typeof liquid === 'string' ? gapsIn(place, liquid, variables) : [],
  );
}

function gapsIn(place: string, liquid: string, variables: object): TemplateGap[] {
  const outputs: string[] = [];
  const marked = liquid.replace(OUTPUT, (output) => {
    const bare = output.replace(DEFAULT, '$1');
    return `${OPEN}${outputs.push(output) - 1}:${bare}${INSTEAD}${bare === output ? '' : output}${CLOSE}`;
  });
  if (outputs.length === 0) return [];
  const found = new Map<number, TemplateGap>();
  for (const [, number, instead = ''] of rendered(marked, variables).matchAll(EMPTY)) {
    const placeholder = outputs[Number(number)] ?? '';
    const fallback = DEFAULT.test(placeholder) ? instead : null;
    found.set(Number(number), { place, placeholder, fallback });
  }
  return [...found.values()];
}

function rendered(marked: string, variables: object): string {
  try {
    parseLiquid('text', marked);
    return renderLiquid('text', marked, variables);
  } catch {
    return '';
  }
}
