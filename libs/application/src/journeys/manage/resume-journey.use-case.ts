import { Injectable } from '@nestjs/common';
import { type IsoInstant, type OverdueChoice, PermanentError, toIso } from '#app/domain';
import { ClockPort } from '../../ports/clock.port.js';
import { UnitOfWork } from '../../ports/unit-of-work.port.js';
import { ChangeJourneyState, type JourneyStatus } from './change-journey-state.use-case.js';
import { inPages } from './decide-on-runs.js';
import { JourneyStore } from './journey-store.port.js';
import { type OverdueAtStep, OverdueStore } from './overdue-store.port.js';
import { type Pause, SettleOverdue } from './settle-overdue.js';

/** Messages that are suppressed in one transaction. */
const MESSAGES = 5_000;

/** What becomes of what fell due during the pause. */
export interface ResumeOptions {
  /** Of runs: `run` goes on at once. */
  readonly overdue: 'run' | OverdueChoice;
  /** `send`: what is useful still goes out. `skip`: nothing does that fell due in the pause. */
  readonly messages: 'send' | 'skip';
}

export interface ResumedJourney extends JourneyStatus {
  readonly shifted: number;
  readonly exited: number;
  readonly skippedMessages: number;
}

export interface ResumePreview {
  readonly key: string;
  /** Null when it isn't paused. */
  readonly pausedSince: IsoInstant | null;
  /** What fell due since, by step. */
  readonly overdue: readonly OverdueAtStep[];
}

const WAITS: ResumeOptions = { overdue: 'run', messages: 'send' };

/**
 * Ends the pause of a journey. What fell due meanwhile is settled first, in many transactions, while the journey is still paused:
 * when the process dies in between, the same call goes on with what is left.
 */
@Injectable()
export class ResumeJourney {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly journeys: JourneyStore,
    private readonly states: ChangeJourneyState,
    private readonly overdue: OverdueStore,
    private readonly runs: SettleOverdue,
    private readonly clock: ClockPort,
  ) {}

  async preview(shopId: string, key: string): Promise<ResumePreview> {
    const pause = await this.pauseOf(shopId, key);
    if (!pause) return { key, pausedSince: null, overdue: [] };
    const { journeyId, since, now } = pause;
    const overdue = await this.unitOfWork.inShop(shopId, (tx) => this.overdue.count(tx, journeyId, now));
    return { key, pausedSince: toIso(since), overdue };
  }

  async run(shopId: string, key: string, options: ResumeOptions = WAITS): Promise<ResumedJourney> {
    const pause = await this.pauseOf(shopId, key);
    const skippedMessages = pause && options.messages === 'skip' ? await this.skipMessages(shopId, pause) : 0;
    const settled = pause && options.overdue !== 'run' ? await this.settle(shopId, pause, options.overdue) : 0;
    const status = await this.states.resume(shopId, key);
    return {
      ...status,
      shifted: options.overdue === 'shift' ? settled : 0,
      exited: options.overdue === 'exit' ? settled : 0,
      skippedMessages,
    };
  }

  private pauseOf(shopId: string, key: string): Promise<Pause | null> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const journey = await this.journeys.find(tx, key);
      if (!journey) throw new PermanentError('not_found', `There is no journey "${key}".`);
      const since = await this.overdue.pausedSince(tx, journey.id);
      return since === null ? null : { journeyId: journey.id, since, now: await this.clock.now(tx) };
    });
  }

  private async settle(shopId: string, pause: Pause, choice: OverdueChoice): Promise<number> {
    const tally = { runs: 0 };
    await inPages(this.unitOfWork, shopId, (tx, after) => this.runs.page(tx, pause, choice, after, tally));
    return tally.runs;
  }

  private async skipMessages(shopId: string, { journeyId, now }: Pause): Promise<number> {
    let skipped = 0;
    for (let count = MESSAGES; count === MESSAGES; skipped += count)
      count = await this.unitOfWork.inShop(shopId, (tx) => this.overdue.skipMessages(tx, journeyId, now, MESSAGES));
    return skipped;
  }
}
