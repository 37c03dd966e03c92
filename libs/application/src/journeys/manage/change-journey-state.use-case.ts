import { Injectable } from '@nestjs/common';
import { type Finding, PermanentError } from '#app/domain';
import { DELIVERY_QUEUES, HintPort } from '../../ports/hint.port.js';
import { type Transaction, UnitOfWork } from '../../ports/unit-of-work.port.js';
import { CheckJourney, refuseErrors } from './check-journey.use-case.js';
import { PlanEntries } from '../entries/plan-entries.js';
import { type JourneyState, JourneyStore, type LatestVersion, type StoredJourney } from './journey-store.port.js';
import { surveysOf } from './surveys-of.js';

/** Runs that end in one transaction when a journey is archived. */
const ENDING_BATCH = 1_000;

export type BeforePublication = (tx: Transaction, journey: StoredJourney, latest: LatestVersion) => Promise<void>;

export interface JourneyStatus {
  readonly key: string;
  readonly state: JourneyState;
  /** Number of the latest version. */
  readonly version: number;
}

export interface PublishedStatus extends JourneyStatus {
  readonly warnings: readonly Finding[];
}

/**
 * Publishes, pauses, resumes and archives. Paused: nobody enters, timers and queued messages stand still, events are still heard, so
 * exits and answers count. Archived: nobody enters any more, waiting runs end and what is queued is not sent. Every call may be
 * repeated.
 */
@Injectable()
export class ChangeJourneyState {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly journeys: JourneyStore,
    private readonly hints: HintPort,
    private readonly checks: CheckJourney,
    private readonly entries: PlanEntries,
  ) {}

  /**
   * The latest version goes live once the checker finds no error in it; runs under way stay on theirs. `first` is done before, in
   * the same transaction.
   * @throws PermanentError `journey.invalid` with what the checker found
   */
  async publish(shopId: string, key: string, first?: BeforePublication): Promise<PublishedStatus> {
    // before the transaction: workers would wait for it
    const checked = await this.checks.latest(shopId, key);
    if (checked) refuseErrors(key, checked.findings);
    const status = await this.goLive(shopId, key, async (tx, journey, latest) => {
      if (latest.id !== checked?.versionId)
        throw new PermanentError('conflict', `The journey "${key}" was saved anew just now. Publish it again.`);
      await first?.(tx, journey, latest);
    });
    return { ...status, warnings: checked?.findings ?? [] };
  }

  /** Publishes without a check, for a caller that has made it. */
  async goLive(shopId: string, key: string, first: BeforePublication): Promise<JourneyStatus> {
    const status = await this.change(shopId, key, async (tx, journey, latest) => {
      if (journey.state === 'archived') throw archived(key, 'Post its document under another key and publish that.');
      await first(tx, journey, latest);
      await this.journeys.saveSurveys(tx, surveysOf(latest.document));
      await this.journeys.setState(tx, journey.id, 'live', latest.id);
      await this.entries.begin(tx, journey.id, latest.id);
      if (journey.state === 'paused') await this.journeys.setHeld(tx, journey.id, false);
      return 'live';
    });
    this.wakeWorkers();
    return status;
  }

  pause(shopId: string, key: string): Promise<JourneyStatus> {
    return this.change(shopId, key, async (tx, journey) => {
      if (journey.state === 'archived') throw archived(key, 'It needs no pause.');
      if (journey.state === 'draft')
        throw new PermanentError('conflict', `The journey "${key}" was never published, so it can't be paused.`);
      await this.journeys.setState(tx, journey.id, 'paused', journey.liveVersionId);
      await this.entries.end(tx, journey.id);
      await this.journeys.setHeld(tx, journey.id, true);
      return 'paused';
    });
  }

  /** What fell due during the pause is done at once, unless it is too late to be useful. */
  async resume(shopId: string, key: string): Promise<JourneyStatus> {
    const status = await this.change(shopId, key, async (tx, journey) => {
      if (journey.state === 'archived') throw archived(key, 'Post its document under another key and publish that.');
      if (journey.state === 'draft')
        throw new PermanentError('conflict', `The journey "${key}" is a draft. Publish it instead.`);
      await this.journeys.setState(tx, journey.id, 'live', journey.liveVersionId);
      await this.entries.begin(tx, journey.id, journey.liveVersionId);
      await this.journeys.setHeld(tx, journey.id, false);
      return 'live';
    });
    this.wakeWorkers();
    return status;
  }

  async archive(shopId: string, key: string): Promise<JourneyStatus> {
    let journeyId = '';
    const status = await this.change(shopId, key, async (tx, journey) => {
      journeyId = journey.id;
      await this.journeys.setState(tx, journey.id, 'archived', journey.liveVersionId);
      await this.entries.end(tx, journey.id);
      await this.journeys.suppressMessages(tx, journey.id, 'archived');
      return 'archived';
    });
    for (let ended = ENDING_BATCH; ended === ENDING_BATCH;) {
      ended = await this.unitOfWork.inShop(shopId, (tx) =>
        this.journeys.endRuns(tx, journeyId, 'archived', ENDING_BATCH),
      );
    }
    return status;
  }

  /** People enter this version from now on. */
  letIn(tx: Transaction, journeyId: string, versionId: string): Promise<void> {
    return this.entries.begin(tx, journeyId, versionId);
  }

  private change(
    shopId: string,
    key: string,
    work: (tx: Transaction, journey: StoredJourney, latest: LatestVersion) => Promise<JourneyState>,
  ): Promise<JourneyStatus> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const journey = await this.journeys.lockForChange(tx, key);
      const latest = journey && (await this.journeys.latestVersion(tx, journey.id));
      if (!latest)
        throw new PermanentError(
          'not_found',
          `There is no journey "${key}". Post its document to /api/v1/journeys first.`,
        );
      return { key, state: await work(tx, journey, latest), version: latest.version };
    });
  }

  private wakeWorkers(): void {
    for (const queue of ['timers', ...DELIVERY_QUEUES] as const) this.hints.hint(queue);
  }
}

function archived(key: string, remedy: string): PermanentError {
  return new PermanentError('conflict', `The journey "${key}" is archived. ${remedy}`);
}
