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

/** Dates, or people of a walk, of one transaction: the smaller ones look for who can't be let in, so that the others are. */
const SIZES = [500, 50, 5, 1];

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
    let failure: unknown;
    for (const size of SIZES) {
      try {
        return await this.unitOfWork.inShop(shopId, (tx) => this.step(tx, size), 'soon');
      } catch (error) {
        if (error instanceof TransientError) throw error;
        failure = error;
      }
    }
    if (!(await this.passOver(shopId))) await this.setAside(shopId, failure);
    return { claimed: 1, report: null };
  }

  /** Somebody who can't be let in is left for later, and set aside in the end. */
  private async setAside(shopId: string, failure: unknown): Promise<void> {
    const told = {
      code: failure instanceof AfterglowError ? failure.code : 'internal',
      error: failure instanceof Error ? failure.message : String(failure),
      isFinal: failure instanceof PermanentError,
    };
    await this.unitOfWork.inShop(shopId, async (tx) => {
      await this.intake.lockIntake(tx);
      await this.calendar.setAside(tx, told);
    });
  }

  /** A walk goes on past them; false when it was no walk that failed, or when that is no help. */
  private async passOver(shopId: string): Promise<boolean> {
    try {
      return await this.unitOfWork.inShop(shopId, async (tx) => {
        const [, due, shop, now] = await this.look(tx, 1);
        const walk = due.length > 0 ? null : await this.calendar.dueWalk(tx);
        return walk !== null && (await this.walks.passOver(tx, shop, now, walk));
      });
    } catch (error) {
      if (error instanceof TransientError) throw error;
      return false;
    }
  }

  private async step(tx: Transaction, limit: number): Promise<Step> {
    const [, due, shop, now] = await this.look(tx, limit);
    if (due.length > 0) return { claimed: due.length, report: await this.dates.ring(tx, shop, now, due) };
    const walk = await this.calendar.dueWalk(tx);
    return walk === null
      ? { claimed: 0, report: null }
      : { claimed: 1, report: await this.walks.page(tx, shop, now, walk, limit) };
  }

  /** In one round trip and in this order: what follows the lock sees what those who held it before have done. */
  private look(tx: Transaction, limit: number) {
    return Promise.all([
      this.intake.lockIntake(tx),
      this.calendar.dueDates(tx, limit),
      this.facts.shop(tx),
      this.clock.now(tx),
    ]);
  }
}
