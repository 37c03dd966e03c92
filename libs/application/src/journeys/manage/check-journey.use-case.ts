import { Injectable } from '@nestjs/common';
import {
  checkJourney,
  compileJourney,
  type Fault,
  type Finding,
  type JourneyDocument,
  type JourneyPlan,
  PermanentError,
  toldOf,
} from '#app/domain';
import { stepKinds } from '#app/steps';
import { TemplateEngine } from '../../delivery/template-engine.port.js';
import { UnitOfWork } from '../../ports/unit-of-work.port.js';
import { JourneyPlans } from '../runtime/journey-plans.js';
import { JourneyStore } from './journey-store.port.js';
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
  return { key: document.key, findings: findingsOf(result.plan, others, templates) };
}

/** What the journey would do to people beside the others, errors first. Takes some tenths of a second at the most. */
function findingsOf(plan: JourneyPlan, others: readonly JourneyPlan[], templates: TemplateEngine): readonly Finding[] {
  const input = { plan, others: others.filter((other) => other.document.key !== plan.document.key) };
  const { findings, exploration } = checkJourney(input);
  const all = [...findings, ...templateGaps(input, exploration.stories, templates)];
  return all.toSorted((a, b) => (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0));
}

/**
 * Nothing goes live that does what a journey must not do.
 * @throws PermanentError `journey.invalid` with the errors among the findings and the story of each
 */
export function refuseErrors(key: string, findings: readonly Finding[]): void {
  const faults = findings.filter(({ severity }) => severity === 'error').map(asFault);
  if (faults.length === 0) return;
  const what = faults.length === 1 ? 'something' : `${faults.length} things`;
  throw new PermanentError(
    'journey.invalid',
    `The journey "${key}" does ${what} that no journey may do, so it was not published. Correct what is named.`,
    { faults },
  );
}

function asFault({ pointer, code, message, outcome, story }: Finding): Fault {
  return { pointer, code, message, example: { outcome, story: toldOf(story) } };
}

/** The latest version of a journey, with what is found in it. */
export interface CheckedVersion {
  readonly versionId: string;
  readonly findings: readonly Finding[];
}

/** Plays made-up people through a document, together with the journeys that are live, and says what must not happen. */
@Injectable()
export class CheckJourney {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly plans: JourneyPlans,
    private readonly templates: TemplateEngine,
    private readonly journeys: JourneyStore,
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

  /** As it would go live now; null when there is no such journey, or it is archived. */
  async latest(shopId: string, key: string): Promise<CheckedVersion | null> {
    const found = await this.unitOfWork.inShop(shopId, async (tx) => {
      const journey = await this.journeys.find(tx, key);
      const latest = journey && journey.state !== 'archived' && (await this.journeys.latestVersion(tx, journey.id));
      if (!latest) return null;
      const [own, live] = [await this.plans.of(tx, [latest.id]), await this.plans.live(tx)];
      return { versionId: latest.id, plan: own.get(latest.id)?.plan, others: live.map(({ plan }) => plan) };
    });
    if (!found?.plan) return null;
    const { versionId, plan, others } = found;
    return { versionId, findings: findingsOf(plan, others, this.templates) };
  }

  /** Documents that would go live together, by key, beside what is live already. Those that don't compile are left out. */
  async together(
    shopId: string,
    documents: readonly JourneyDocument[],
  ): Promise<ReadonlyMap<string, readonly Finding[]>> {
    const plans = documents.flatMap((document) => {
      const result = compileJourney(document, stepKinds);
      return 'plan' in result ? [result.plan] : [];
    });
    if (plans.length === 0) return new Map();
    const keys = new Set(plans.map(({ document }) => document.key));
    const live = await this.unitOfWork.inShop(shopId, (tx) => this.plans.live(tx));
    const others = [...plans, ...live.flatMap(({ plan }) => (keys.has(plan.document.key) ? [] : plan))];
    return new Map(plans.map((plan) => [plan.document.key, findingsOf(plan, others, this.templates)]));
  }
}

function below(name: string, locale: string, pointer: string): string {
  return ['/templates', name, locale, ...pointer.split('/').filter((part) => part !== '')].join('/');
}
