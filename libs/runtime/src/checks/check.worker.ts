import 'reflect-metadata';
import { checkAll, type CheckReport, type CheckRequest } from '#app/application';
import { LiquidTemplateEngine } from '#app/templates';

const templates = new LiquidTemplateEngine();

/** What a thread of the `ThreadChecker` does. */
export function check(request: CheckRequest): Promise<readonly CheckReport[]> {
  return checkAll(request, templates);
}
