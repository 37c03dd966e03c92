import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { type Transaction, UnitOfWork } from '../../ports/unit-of-work.port.js';
import { ChangeJourneyState, type PublishedStatus } from './change-journey-state.use-case.js';
import { JourneyStore, type LatestVersion, type StoredJourney } from './journey-store.port.js';
import { inPages } from './decide-on-runs.js';
import { checkMigration, KEEP_ALL, type MigrationPlan } from './migration-plan.js';
import { type Publication, PublicationStore } from './publication-store.port.js';
import { nothingTaken, type TakeBack, type TakeOver, TakeRunsOver } from './take-runs-over.js';

/** Publishes a version with a plan for the runs under way, and takes it back. */
@Injectable()
export class PublishJourney {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly journeys: JourneyStore,
    private readonly publications: PublicationStore,
    private readonly states: ChangeJourneyState,
    private readonly runs: TakeRunsOver,
  ) {}

  /**
   * The latest version goes live; runs under way do what the plan says. When the process dies in between, the same call goes on
   * with the runs that are left.
   */
  async publish(
    shopId: string,
    key: string,
    plan: MigrationPlan = KEEP_ALL,
  ): Promise<PublishedStatus & { readonly runs: TakeOver }> {
    let publication: Publication | undefined;
    const status = await this.states.publish(shopId, key, async (tx, journey, latest) => {
      publication = await this.begin(tx, journey, latest, plan);
    });
    const runs = nothingTaken();
    const begun = publication;
    if (begun)
      await inPages(this.unitOfWork, shopId, (tx, after) => this.runs.page(tx, { ...begun, plan }, after, runs));
    return { ...status, runs };
  }

  /** People enter the version before again; runs that were taken over and have not gone on since wait where they waited. */
  async undo(shopId: string, key: string): Promise<{ readonly key: string; readonly version: number } & TakeBack> {
    const { publication, version } = await this.unitOfWork.inShop(shopId, async (tx) => {
      const journey = await this.journeys.lockForChange(tx, key);
      if (!journey) throw new PermanentError('not_found', `There is no journey "${key}".`);
      const last = await this.publications.latest(tx, journey.id);
      const before = last?.fromVersionId ?? null;
      if (!last || before === null || journey.state === 'archived')
        throw new PermanentError(
          'conflict',
          `There is no publication of "${key}" to take back. Pause or archive it instead.`,
        );
      await this.journeys.setState(tx, journey.id, journey.state, before);
      if (journey.state === 'live') await this.states.letIn(tx, journey.id, before);
      const version = await this.runs.version(tx, before);
      return { publication: last, version: version?.version.version ?? 0 };
    });
    const tally: TakeBack = { restored: 0, goneOn: 0 };
    await inPages(this.unitOfWork, shopId, (tx, after) => this.runs.pageBack(tx, publication.id, after, tally));
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
}
