import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { type Transaction, UnitOfWork } from '../../ports/unit-of-work.port.js';
import { ChangeJourneyState, type JourneyStatus } from './change-journey-state.use-case.js';
import { JourneyStore, type LatestVersion, type StoredJourney } from './journey-store.port.js';
import { checkMigration, type MigrationPlan } from './migration-plan.js';
import { type Publication, PublicationStore, type WaitingAtStep } from './publication-store.port.js';
import { type Last, type TakeBack, type TakeOver, TakeRunsOver } from './take-runs-over.js';

const KEEP_ALL: MigrationPlan = { default: 'keep', steps: {} };

export interface PublicationPreview {
  readonly key: string;
  /** Number of the version that people enter now; null before the first publication. */
  readonly fromVersion: number | null;
  readonly toVersion: number;
  /** Where runs wait now; `isKnown`: the new version has a step of this name too. */
  readonly waiting: readonly (Omit<WaitingAtStep, 'versionId'> & { readonly isKnown: boolean })[];
  /** What the plan would do with the runs of other versions than the new one. */
  readonly outcome: TakeOver;
}

/** Publishes a version with a plan for the runs under way, shows beforehand what would come of it, and takes it back. */
@Injectable()
export class PublishJourney {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly journeys: JourneyStore,
    private readonly publications: PublicationStore,
    private readonly states: ChangeJourneyState,
    private readonly runs: TakeRunsOver,
  ) {}

  /** Decides for every run as publishing would, and writes nothing. */
  async preview(shopId: string, key: string, plan: MigrationPlan = KEEP_ALL): Promise<PublicationPreview> {
    const { journey, latest, waiting, steps, from } = await this.unitOfWork.inShop(shopId, (tx) =>
      this.outlook(tx, key, plan),
    );
    const outcome = nothingTaken();
    const trial = { id: null, journeyId: journey.id, fromVersionId: from?.id ?? null, toVersionId: latest.id, plan };
    await this.pages(shopId, (tx, after) => this.runs.page(tx, trial, after, outcome));
    return {
      key,
      fromVersion: from?.version ?? null,
      toVersion: latest.version,
      waiting: waiting.map(({ versionId: _versionId, ...at }) => ({ ...at, isKnown: steps.has(at.step) })),
      outcome,
    };
  }

  /**
   * The latest version goes live; runs under way do what the plan says. When the process dies in between, the same call goes on
   * with the runs that are left.
   */
  async publish(
    shopId: string,
    key: string,
    plan: MigrationPlan = KEEP_ALL,
  ): Promise<JourneyStatus & { readonly runs: TakeOver }> {
    let publication: Publication | undefined;
    const status = await this.states.publish(shopId, key, async (tx, journey, latest) => {
      publication = await this.begin(tx, journey, latest, plan);
    });
    const runs = nothingTaken();
    const begun = publication;
    if (begun) await this.pages(shopId, (tx, after) => this.runs.page(tx, { ...begun, plan }, after, runs));
    return { ...status, runs };
  }

  /** People enter the version before again; runs that were taken over and have not gone on since wait where they waited. */
  async undo(shopId: string, key: string): Promise<{ readonly key: string; readonly version: number } & TakeBack> {
    const { publication, version } = await this.unitOfWork.inShop(shopId, async (tx) => {
      const journey = await this.journeys.lockForChange(tx, key);
      if (!journey) throw missing(key);
      const last = await this.publications.latest(tx, journey.id);
      const before = last?.fromVersionId ?? null;
      if (!last || before === null || journey.state === 'archived')
        throw new PermanentError(
          'conflict',
          `There is no publication of "${key}" to take back. Pause or archive it instead.`,
        );
      await this.journeys.setState(tx, journey.id, journey.state, before);
      const version = await this.runs.version(tx, before);
      return { publication: last, version: version?.version.version ?? 0 };
    });
    const tally: TakeBack = { restored: 0, goneOn: 0 };
    await this.pages(shopId, (tx, after) => this.runs.pageBack(tx, publication.id, after, tally));
    await this.unitOfWork.inShop(shopId, (tx) => this.publications.markUndone(tx, publication.id));
    return { key, version, ...tally };
  }

  private async begin(
    tx: Transaction,
    journey: StoredJourney,
    latest: LatestVersion,
    plan: MigrationPlan,
  ): Promise<Publication> {
    const target = await this.runs.version(tx, latest.id);
    if (target) checkMigration(plan, target.plan);
    const last = await this.publications.latest(tx, journey.id);
    if (last && journey.liveVersionId === latest.id && last.toVersionId === latest.id) return last;
    const { id: journeyId, liveVersionId: fromVersionId } = journey;
    return this.publications.record(tx, { journeyId, fromVersionId, toVersionId: latest.id, plan });
  }

  private async outlook(tx: Transaction, key: string, plan: MigrationPlan) {
    const journey = await this.journeys.find(tx, key);
    const latest = journey && (await this.journeys.latestVersion(tx, journey.id));
    if (!latest) throw missing(key);
    const target = await this.runs.version(tx, latest.id);
    if (target) checkMigration(plan, target.plan);
    const from = journey.liveVersionId === null ? undefined : await this.runs.version(tx, journey.liveVersionId);
    const waiting = await this.publications.waiting(tx, journey.id);
    return { journey, latest, waiting, from: from?.version, steps: target?.plan.steps ?? new Map<string, unknown>() };
  }

  private async pages(shopId: string, page: (tx: Transaction, after: Last) => Promise<Last>): Promise<void> {
    let after: Last = null;
    do after = await this.unitOfWork.inShop(shopId, (tx) => page(tx, after));
    while (after !== null);
  }
}

const nothingTaken = (): TakeOver => ({ kept: 0, moved: 0, retimed: 0, exited: 0, due: 0, messages: 0 });

function missing(key: string): PermanentError {
  return new PermanentError('not_found', `There is no journey "${key}". Post its document to /api/v1/journeys first.`);
}
