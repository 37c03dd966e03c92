import type { TemplateGap } from '#app/application';
import { parseLiquid, renderLiquid } from './engine.js';
import type { TemplateSource } from './template.js';

const OUTPUT = /\{\{-?[\s\S]*?-?\}\}/g;
/** From a `default` on; a filter before it works on the fact, one behind it on whichever of the two stands there. */
const DEFAULT = /\|\s*default\b[\s\S]*?(-?\}\})$/;
/** Printed where a `default` had to step in: what stands before it may be there and have no text of its own, an amount for one. */
const MISSING = '\uE013';
const ASKED = `| default: "${MISSING}", allow_false: true $1`;
const OPEN = '\uE010';
const INSTEAD = '\uE011';
const CLOSE = '\uE012';
const PRINTED = /\uE010(\d+):([^\uE011]*)\uE011([^\uE012]*)\uE012/g;

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
    const bare = output.replace(DEFAULT, ASKED);
    return `${OPEN}${outputs.push(output) - 1}:${bare}${INSTEAD}${bare === output ? '' : output}${CLOSE}`;
  });
  if (outputs.length === 0) return [];
  const found = new Map<number, TemplateGap>();
  for (const [, number, printed = '', instead = ''] of rendered(marked, variables).matchAll(PRINTED)) {
    const placeholder = outputs[Number(number)] ?? '';
    const hasDefault = DEFAULT.test(placeholder);
    if (printed.trim() !== (hasDefault ? MISSING : '')) continue;
    found.set(Number(number), { place, placeholder, fallback: hasDefault ? instead : null });
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
