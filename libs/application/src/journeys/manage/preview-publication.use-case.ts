import { Injectable } from '@nestjs/common';
import { type Finding, PermanentError } from '#app/domain';
import { type Transaction, UnitOfWork } from '../../ports/unit-of-work.port.js';
import { CheckJourney } from './check-journey.use-case.js';
import { JourneyStore } from './journey-store.port.js';
import { inPages } from './decide-on-runs.js';
import { checkMigration, KEEP_ALL, type MigrationPlan } from './migration-plan.js';
import { PublicationStore, type WaitingAtStep } from './publication-store.port.js';
import { nothingTaken, type TakeOver, TakeRunsOver } from './take-runs-over.js';

export interface PublicationPreview {
  readonly key: string;
  /** Number of the version that people enter now; null before the first publication. */
  readonly fromVersion: number | null;
  readonly toVersion: number;
  /** Where runs wait now; `isKnown`: the new version has a step of this name too. */
  readonly waiting: readonly (Omit<WaitingAtStep, 'versionId'> & { readonly isKnown: boolean })[];
  /** What the plan would do with the runs of other versions than the new one. */
  readonly outcome: TakeOver;
  /** With an error among them it can't be published. */
  readonly findings: readonly Finding[];
}

/** Shows what would come of a publication. Decides for every run as publishing would, and writes nothing. */
@Injectable()
export class PreviewPublication {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly journeys: JourneyStore,
    private readonly publications: PublicationStore,
    private readonly checks: CheckJourney,
    private readonly runs: TakeRunsOver,
  ) {}

  async run(shopId: string, key: string, plan: MigrationPlan = KEEP_ALL): Promise<PublicationPreview> {
    const { journey, latest, waiting, steps, from } = await this.unitOfWork.inShop(shopId, (tx) =>
      this.outlook(tx, key, plan),
    );
    const outcome = nothingTaken();
    const trial = { id: null, journeyId: journey.id, fromVersionId: from?.id ?? null, toVersionId: latest.id, plan };
    await inPages(this.unitOfWork, shopId, (tx, after) => this.runs.page(tx, trial, after, outcome));
    const checked = await this.checks.latest(shopId, key);
    return {
      key,
      fromVersion: from?.version ?? null,
      toVersion: latest.version,
      waiting: waiting.map(({ versionId: _versionId, ...at }) => ({ ...at, isKnown: steps.has(at.step) })),
      outcome,
      findings: checked?.findings ?? [],
    };
  }

  private async outlook(tx: Transaction, key: string, plan: MigrationPlan) {
    const journey = await this.journeys.find(tx, key);
    const latest = journey && (await this.journeys.latestVersion(tx, journey.id));
    if (!latest)
      throw new PermanentError(
        'not_found',
        `There is no journey "${key}". Post its document to /api/v1/journeys first.`,
      );
    const target = await this.runs.version(tx, latest.id);
    if (target) checkMigration(plan, target.plan);
    const from = journey.liveVersionId === null ? undefined : await this.runs.version(tx, journey.liveVersionId);
    const waiting = await this.publications.waiting(tx, journey.id);
    return { journey, latest, waiting, from: from?.version, steps: target?.plan.steps ?? new Map<string, unknown>() };
  }
}
