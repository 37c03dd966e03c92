import { Injectable } from '@nestjs/common';
import {
  checkJourney,
  compileJourney,
  type Fault,
  type Finding,
  type JourneyDocument,
  type JourneyPlan,
  PermanentError,
} from '#app/domain';
import { stepKinds } from '#app/steps';
import { TemplateEngine } from '../../delivery/template-engine.port.js';
import { UnitOfWork } from '../../ports/unit-of-work.port.js';
import { JourneyPlans } from '../runtime/journey-plans.js';
import { templateGaps } from './template-gaps.js';

export interface JourneyCheck {
  readonly key: string;
  /** Errors first. */
  readonly findings: readonly Finding[];
}

/**
 * Everything that can be said of a document before it goes live: what is wrong in itself, and what it would do to people. `others`
 * are the journeys that are live beside it.
 * @throws PermanentError `journey.invalid` when the document doesn't compile; there is nothing to play then
 */
export async function checkDocument(
  document: JourneyDocument,
  others: readonly JourneyPlan[],
  templates: TemplateEngine,
): Promise<JourneyCheck> {
  const result = compileJourney(document, stepKinds);
  const faults: Fault[] = 'faults' in result ? [...result.faults] : [];
  for (const [name, locales] of Object.entries(document.templates))
    for (const [locale, source] of Object.entries(locales)) {
      const { faults: own } = await templates.compile(source);
      faults.push(...own.map((fault) => ({ ...fault, pointer: below(name, locale, fault.pointer) })));
    }
  if ('faults' in result || faults.length > 0) {
    const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
    throw new PermanentError('journey.invalid', `The journey "${document.key}" has ${count}. Correct what is named.`, {
      faults,
    });
  }
  const input = { plan: result.plan, others: others.filter((other) => other.document.key !== document.key) };
  const { findings, exploration } = checkJourney(input);
  const all = [...findings, ...templateGaps(input, exploration.stories, templates)];
  return {
    key: document.key,
    findings: all.toSorted((a, b) => (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0)),
  };
}

/** Plays made-up people through a document, together with the journeys that are live, and says what must not happen. */
@Injectable()
export class CheckJourney {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly plans: JourneyPlans,
    private readonly templates: TemplateEngine,
  ) {}

  /** @throws PermanentError `journey.invalid` */
  async run(shopId: string, document: JourneyDocument): Promise<JourneyCheck> {
    const live = await this.unitOfWork.inShop(shopId, (tx) => this.plans.live(tx));
    return checkDocument(
      document,
      live.map(({ plan }) => plan),
      this.templates,
    );
  }
}

function below(name: string, locale: string, pointer: string): string {
  return ['/templates', name, locale, ...pointer.split('/').filter((part) => part !== '')].join('/');
}
