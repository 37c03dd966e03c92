import { Injectable } from '@nestjs/common';
import { compileJourney, type Fault, type Finding, type JourneyDocument, PermanentError, toldOf } from '#app/domain';
import { stepKinds } from '#app/steps';
import { type Transaction, UnitOfWork } from '../../ports/unit-of-work.port.js';
import { FindUnknownSnippets } from '../../snippets/find-unknown-snippets.js';
import { JourneyPlans } from '../runtime/journey-plans.js';
import { uncheckable } from './check-document.js';
import { Checker, type CheckReport } from './checker.port.js';
import { JourneyStore } from './journey-store.port.js';

export interface JourneyCheck {
  readonly key: string;
  /** Errors first. */
  readonly findings: readonly Finding[];
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

function foundIn(report: CheckReport | undefined): readonly Finding[] {
  const { key = '', faults = [], findings = [] } = report ?? {};
  if (faults.length > 0) throw uncheckable(key, faults);
  return findings;
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
    private readonly checker: Checker,
    private readonly journeys: JourneyStore,
    private readonly snippets: FindUnknownSnippets,
  ) {}

  /** @throws PermanentError `journey.invalid` */
  async run(shopId: string, document: JourneyDocument): Promise<JourneyCheck> {
    const live = await this.unitOfWork.inShop(shopId, (tx) => this.live(tx));
    const [report] = await this.checker.check({ documents: [document], live, areNew: true });
    const findings = foundIn(report);
    const unknown = await this.unknownSnippets(shopId, [document]);
    return { key: document.key, findings: [...findings, ...(unknown.get(document.key) ?? [])] };
  }

  /** As it would go live now; null when there is no such journey, or it is archived. */
  async latest(shopId: string, key: string): Promise<CheckedVersion | null> {
    const found = await this.unitOfWork.inShop(shopId, async (tx) => {
      const journey = await this.journeys.find(tx, key);
      const latest = journey && journey.state !== 'archived' && (await this.journeys.latestVersion(tx, journey.id));
      return latest ? { latest, live: await this.live(tx) } : null;
    });
    if (!found) return null;
    const { latest, live } = found;
    const [report] = await this.checker.check({ documents: [latest.document], live, areNew: false });
    const findings = foundIn(report);
    const unknown = await this.unknownSnippets(shopId, [latest.document]);
    return { versionId: latest.id, findings: [...findings, ...(unknown.get(key) ?? [])] };
  }

  /** Documents that would go live together, by key, beside what is live already. Those that don't compile are left out. */
  async together(
    shopId: string,
    documents: readonly JourneyDocument[],
  ): Promise<ReadonlyMap<string, readonly Finding[]>> {
    const sound = documents.filter((document) => 'plan' in compileJourney(document, stepKinds));
    if (sound.length === 0) return new Map();
    const live = await this.unitOfWork.inShop(shopId, (tx) => this.live(tx));
    const reports = await this.checker.check({ documents: sound, live, areNew: false });
    const unknown = await this.unknownSnippets(shopId, sound);
    return new Map(reports.map(({ key, findings }) => [key, [...findings, ...(unknown.get(key) ?? [])]]));
  }

  private unknownSnippets(shopId: string, documents: readonly JourneyDocument[]) {
    return this.unitOfWork.inShop(shopId, (tx) => this.snippets.run(tx, documents));
  }

  private async live(tx: Transaction): Promise<JourneyDocument[]> {
    return (await this.plans.live(tx)).map(({ plan }) => plan.document);
  }
}
