import { Liquid } from 'liquidjs';
import type { Template } from 'liquidjs';
import { escapeOutput, templateFilters, toText } from './filters.js';
import type { OutputKind } from './filters.js';
import { MarkupCaptureTag } from './markup.js';

/** Of one field as its author wrote it. */
export const MAX_SOURCE_CHARS = 64 * 1024;
/** Of one compiled field: MJML makes about five times as much HTML as it is given. */
export const MAX_COMPILED_CHARS = 384 * 1024;
/** Of one rendered field. Big enough for an order of some hundred lines. */
export const MAX_RENDERED_CHARS = 1024 * 1024;

const RENDER_LIMIT_MS = 100;
/**
 * The limit counts wall time, so a machine that stands still for a moment can reach it with a blameless template. Its message
 * gets this second try; only a template that is slow in itself fails twice.
 */
const SECOND_RENDER_LIMIT_MS = 500;
/** How LiquidJS says that a render took longer than its limit. */
const OUT_OF_TIME = 'template render limit exceeded';
/** Counts what filters and captures make: characters and list items. */
const MEMORY_LIMIT = 1_000_000;
const MAX_PARSED = 500;

// No files (include, render, layout, block), no shared counters, and no second way to print (echo, liquid) that would
// escape the checks made on `{{ }}`.
const TAGS = [
  'assign',
  'break',
  'capture',
  'case',
  'comment',
  'continue',
  'cycle',
  'for',
  'if',
  'raw',
  'tablerow',
  'unless',
  '#',
];

function createEngine(kind: OutputKind): Liquid {
  const engine = new Liquid({
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: false,
    parseLimit: MAX_COMPILED_CHARS,
    renderLimit: RENDER_LIMIT_MS,
    memoryLimit: MEMORY_LIMIT,
    timezoneOffset: 0,
    locale: 'en',
    outputEscape: kind === 'html' ? escapeOutput : toText,
  });
  for (const tag of Object.keys(engine.tags)) if (!TAGS.includes(tag)) delete engine.tags[tag];
  engine.registerTag('capture', MarkupCaptureTag);
  for (const filter of Object.keys(engine.filters)) engine.unregisterFilter(filter);
  for (const [name, filter] of Object.entries(templateFilters(kind))) engine.registerFilter(name, filter);
  return engine;
}

interface Renderer {
  engine: Liquid;
  /** By source; least recently used first. */
  parsed: Map<string, Template[]>;
}

const renderers: Record<OutputKind, Renderer> = {
  html: { engine: createEngine('html'), parsed: new Map() },
  text: { engine: createEngine('text'), parsed: new Map() },
};

/** Throws LiquidJS' errors; nothing is kept. */
export function parseLiquid(kind: OutputKind, source: string): Template[] {
  return renderers[kind].engine.parse(source);
}

export function engineFor(kind: OutputKind): Liquid {
  return renderers[kind].engine;
}

function parseOnce(kind: OutputKind, source: string): Template[] {
  const { engine, parsed } = renderers[kind];
  const known = parsed.get(source);
  if (known) parsed.delete(source);
  const template = known ?? engine.parse(source);
  if (parsed.size >= MAX_PARSED) parsed.delete(parsed.keys().next().value ?? '');
  parsed.set(source, template);
  return template;
}

/** `data` is JSON data of the caller's own; see renderTemplate. */
export function renderLiquid(kind: OutputKind, source: string, data: object): string {
  const rendered = renderPatiently(kind, source, data);
  const text = typeof rendered === 'string' ? rendered : '';
  // checked before anything flattens the string: a loop can concatenate far more than it takes memory for
  if (text.length > MAX_RENDERED_CHARS)
    throw new RangeError(`the result is longer than ${MAX_RENDERED_CHARS} characters`);
  return text;
}

function renderPatiently(kind: OutputKind, source: string, data: object): unknown {
  const { engine } = renderers[kind];
  const template = parseOnce(kind, source);
  try {
    return engine.renderSync(template, data);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith(OUT_OF_TIME))) throw error;
    return engine.renderSync(template, data, { renderLimit: SECOND_RENDER_LIMIT_MS });
  }
}
