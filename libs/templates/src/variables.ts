import type { Template } from 'liquidjs';
import { engineFor, parseLiquid } from './engine.js';
import type { CompiledTemplate, TemplateSource } from './template.js';

const OUTPUT = /\{\{[\s\S]*?\}\}/g;

/**
 * Dotted names a template prints without a `default` filter, sorted: where the data lacks one of them, the reader meets a
 * gap. Loop variables and assigned names are not listed. Throws LiquidJS' error when the source does not parse.
 */
export function findVariables(source: TemplateSource | CompiledTemplate): string[] {
  const fields = Object.values(source).filter((field): field is string => typeof field === 'string');
  return [...new Set(fields.flatMap(findInField))].sort();
}

function findInField(liquid: string): string[] {
  const outer = new Set(namesOf(parseLiquid('text', liquid)));
  const bare = (liquid.match(OUTPUT) ?? []).filter((output) => !/\|\s*default\b/.test(output));
  return bare.flatMap((output) => namesOf(parseLiquid('text', output))).filter((name) => outer.has(name));
}

function namesOf(template: Template[]): string[] {
  return engineFor('text').globalFullVariablesSync(template);
}
