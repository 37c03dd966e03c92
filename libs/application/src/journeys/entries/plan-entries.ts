import { Injectable } from '@nestjs/common';
import { nextScheduled } from '#app/domain';
import { FactsReader } from '../../facts/facts.repository.js';
import { ClockPort } from '../../ports/clock.port.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import { JourneyPlans } from '../runtime/journey-plans.js';
import { CalendarStore } from './calendar-store.port.js';

/** Sees to it that a journey which begins by a date or a schedule does so while it is live. */
@Injectable()
export class PlanEntries {
  constructor(
    private readonly calendar: CalendarStore,
    private readonly plans: JourneyPlans,
    private readonly facts: FactsReader,
    private readonly clock: ClockPort,
  ) {}

  /** People enter this version from now on: their dates are looked up in the background, a schedule begins with its next time. */
  async begin(tx: Transaction, journeyId: string, versionId: string | null): Promise<void> {
    const journey = versionId === null ? undefined : (await this.plans.of(tx, [versionId])).get(versionId);
    const calendar = journey?.plan.calendar ?? null;
    if (calendar === null) return this.end(tx, journeyId);
    const [shop, now] = await Promise.all([this.facts.shop(tx), this.clock.now(tx)]);
    await this.calendar.beginWalk(
      tx,
      calendar.type === 'date'
        ? { journeyId, purpose: 'dates', dueAt: now, seen: null }
        : { journeyId, purpose: 'segment', dueAt: nextScheduled(calendar, shop.timeZone, now), seen: null },
    );
  }

  /** Nobody enters any more. Dates that are noted are dropped, or moved on, when they come. */
  end(tx: Transaction, journeyId: string): Promise<void> {
    return this.calendar.endWalk(tx, journeyId);
  }
}
