import 'reflect-metadata';
import type { TemplateDocument } from '#app/domain';
import { LiquidTemplateEngine } from '#app/templates';

const templates = new LiquidTemplateEngine();

/** What a thread of the `ThreadTemplates` does. */
export function compile(source: TemplateDocument): ReturnType<LiquidTemplateEngine['compile']> {
  return templates.compile(source);
}
