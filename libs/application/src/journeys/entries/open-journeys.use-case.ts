import { Injectable } from '@nestjs/common';
import { AfterglowError, PermanentError, TransientError } from '#app/domain';
import { FactsReader } from '../../facts/facts.repository.js';
import { FactsStore } from '../../facts/facts-store.port.js';
import { ClockPort } from '../../ports/clock.port.js';
import { HintPort } from '../../ports/hint.port.js';
import { type Transaction, UnitOfWork } from '../../ports/unit-of-work.port.js';
import type { EventsReport } from '../journey-runtime.port.js';
import { CalendarStore } from './calendar-store.port.js';
import { RingDates } from './ring-dates.js';
import { WalkJourney } from './walk-journey.js';

/** Dates of one transaction. */
const BATCH = 200;

export interface OpeningReport {
  /** Dates that had come, or 1 for a page of a walk. */
  readonly claimed: number;
  readonly started: number;
  readonly messages: number;
}

type Step = { readonly claimed: number; readonly report: EventsReport | null };

const NOTHING_DUE: OpeningReport = { claimed: 0, started: 0, messages: 0 };

/**
 * Lets people in where no sender's event does: by dates that have come and by schedules whose time it is. One batch of one shop in
 * one transaction under the lock of its intake; a process that dies leaves it as it was.
 */
@Injectable()
export class OpenJourneys {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly calendar: CalendarStore,
    private readonly dates: RingDates,
    private readonly walks: WalkJourney,
    private readonly intake: FactsStore,
    private readonly facts: FactsReader,
    private readonly clock: ClockPort,
    private readonly hints: HintPort,
  ) {}

  async run(): Promise<OpeningReport> {
    const shopId = await this.unitOfWork.acrossShops((tx) => this.calendar.nextShop(tx));
    if (shopId === null) return NOTHING_DUE;
    const { claimed, report } = await this.open(shopId);
    for (const medium of report?.media ?? []) this.hints.hint(`delivery-${medium}`);
    return { claimed, started: report?.started ?? 0, messages: report?.messages ?? 0 };
  }

  private async open(shopId: string): Promise<Step> {
    try {
      return await this.unitOfWork.inShop(shopId, (tx) => this.step(tx, BATCH), 'soon');
    } catch (error) {
      if (error instanceof TransientError) throw error;
      return this.openOne(shopId);
    }
  }

  /** One that can't be let in doesn't stop the others: it is left for later, and set aside in the end. */
  private async openOne(shopId: string): Promise<Step> {
    try {
      return await this.unitOfWork.inShop(shopId, (tx) => this.step(tx, 1), 'soon');
    } catch (error) {
      if (error instanceof TransientError) throw error;
      const failure = {
        code: error instanceof AfterglowError ? error.code : 'internal',
        error: error instanceof Error ? error.message : String(error),
        isFinal: error instanceof PermanentError,
      };
      await this.unitOfWork.inShop(shopId, async (tx) => {
        await this.intake.lockIntake(tx);
        await this.calendar.setAside(tx, failure);
      });
      return { claimed: 1, report: null };
    }
  }

  private async step(tx: Transaction, limit: number): Promise<Step> {
    // In one round trip and in this order: what follows the lock sees what those who held it before have done.
    const [, due, shop, now] = await Promise.all([
      this.intake.lockIntake(tx),
      this.calendar.dueDates(tx, limit),
      this.facts.shop(tx),
      this.clock.now(tx),
    ]);
    if (due.length > 0) return { claimed: due.length, report: await this.dates.ring(tx, shop, now, due) };
    const walk = await this.calendar.dueWalk(tx);
    return walk === null
      ? { claimed: 0, report: null }
      : { claimed: 1, report: await this.walks.page(tx, shop, now, walk) };
  }
}
