import {
  checkJourney,
  compileJourney,
  expandPartials,
  type Fault,
  type Finding,
  type JourneyDocument,
  type JourneyPlan,
  PermanentError,
} from '#app/domain';
import { stepKinds } from '#app/steps';
import type { TemplateEngine } from '../../delivery/template-engine.port.js';
import type { CheckReport, CheckRequest } from './checker.port.js';
import { renderedFlaws } from './rendered-flaws.js';
import { templateGaps } from './template-gaps.js';

/** Does what a `Checker` is asked for, at once: the thread that calls it does nothing else meanwhile. */
export function checkAll(request: CheckRequest, templates: TemplateEngine): Promise<CheckReport[]> {
  const { documents, live, areNew } = request;
  const asked = new Set(documents.map(({ key }) => key));
  const others = [...documents, ...live.filter(({ key }) => !asked.has(key))].flatMap((document) => {
    const result = compileJourney(document, stepKinds, 'stored');
    return 'plan' in result ? [result.plan] : [];
  });
  return Promise.all(
    documents.map(async (document) => {
      const { key } = document;
      const plan = areNew ? undefined : others.find((other) => other.document.key === key);
      if (plan) return { key, faults: [], findings: await findingsOf(plan, others, templates) };
      try {
        return { key, faults: [], findings: await checkDocument(document, others, templates) };
      } catch (error) {
        if (error instanceof PermanentError) return { key, faults: error.faults, findings: [] };
        throw error;
      }
    }),
  );
}

/**
 * Everything that can be said of a document before it goes live, errors first: what is wrong in itself, and what it would do to people.
 * `others` are the journeys that are live beside it.
 * @throws PermanentError `journey.invalid` when the document doesn't compile; there is nothing to play then
 */
export async function checkDocument(
  document: JourneyDocument,
  others: readonly JourneyPlan[],
  templates: TemplateEngine,
): Promise<readonly Finding[]> {
  const result = compileJourney(document, stepKinds);
  const faults: Fault[] = 'faults' in result ? [...result.faults] : [];
  for (const [name, locales] of Object.entries(expandPartials(document).templates))
    for (const [locale, source] of Object.entries(locales)) {
      const { faults: own } = await templates.compile(source);
      faults.push(...own.map((fault) => ({ ...fault, pointer: below(name, locale, fault.pointer) })));
    }
  if ('faults' in result || faults.length > 0) throw uncheckable(document.key, faults);
  return findingsOf(result.plan, others, templates);
}

export function uncheckable(key: string, faults: readonly Fault[]): PermanentError {
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  return new PermanentError('journey.invalid', `The journey "${key}" has ${count}. Correct what is named.`, { faults });
}

/** What the journey would do to people beside the others, errors first. Takes some tenths of a second at the most. */
async function findingsOf(
  plan: JourneyPlan,
  others: readonly JourneyPlan[],
  templates: TemplateEngine,
): Promise<readonly Finding[]> {
  const input = { plan, others: others.filter((other) => other.document.key !== plan.document.key) };
  const { findings, exploration } = checkJourney(input);
  const { stories } = exploration;
  const flaws = await renderedFlaws(input, stories, templates);
  const all = [...findings, ...templateGaps(input, stories, templates), ...flaws];
  return all.toSorted((a, b) => (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0));
}

function below(name: string, locale: string, pointer: string): string {
  return ['/templates', name, locale, ...pointer.split('/').filter((part) => part !== '')].join('/');
}
