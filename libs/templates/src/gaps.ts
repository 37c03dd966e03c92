import type { TemplateGap } from '#app/application';
import { parseLiquid, renderLiquid } from './engine.js';
import type { TemplateSource } from './template.js';

const OUTPUT = /\{\{-?[\s\S]*?-?\}\}/g;
const OPEN = '\uE010';
const CLOSE = '\uE011';
const EMPTY = /\uE010(\d+):\s*\uE011/g;

/**
 * Renders each field and looks for placeholders that are reached and print nothing; those with a `default` are let be. Since it is
 * the rendering that decides, an `if` around a placeholder counts, however it is written. Fields that don't parse have none.
 */
export function gapsOf(source: TemplateSource, variables: object): TemplateGap[] {
  return Object.entries(source).flatMap(([place, liquid]) =>
    typeof liquid === 'string' ? gapsIn(place, liquid, variables) : [],
  );
}

function gapsIn(place: string, liquid: string, variables: object): TemplateGap[] {
  const outputs: string[] = [];
  const marked = liquid.replace(OUTPUT, (output) => {
    if (/\|\s*default\b/.test(output)) return output;
    return `${OPEN}${outputs.push(output) - 1}:${output}${CLOSE}`;
  });
  if (outputs.length === 0) return [];
  const numbers = new Set([...rendered(marked, variables).matchAll(EMPTY)].map(([, number]) => Number(number)));
  return [...numbers].map((number) => ({ place, placeholder: outputs[number] ?? '' }));
}

function rendered(marked: string, variables: object): string {
  try {
    parseLiquid('text', marked);
    return renderLiquid('text', marked, variables);
  } catch {
    return '';
  }
}
