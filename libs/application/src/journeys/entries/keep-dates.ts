import { Injectable } from '@nestjs/common';
import { type Instant, nextOccasion, type PlannedDate } from '#app/domain';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import { type JourneyInForce, JourneyPlans } from '../runtime/journey-plans.js';
import type { Known, RunBatch } from '../runtime/run-batch.js';
import { CalendarStore, type ComingDate, type DateSubject } from './calendar-store.port.js';

/** Keeps the dates by which people enter in step with the facts. */
@Injectable()
export class KeepDates {
  constructor(
    private readonly calendar: CalendarStore,
    private readonly plans: JourneyPlans,
  ) {}

  /** What a batch of events or timers told or changed about people. */
  async settle(tx: Transaction, batch: RunBatch, now: Instant): Promise<void> {
    const told = batch.told.map((known) => ({ ...known, snapshot: batch.seen(known.customerId, known.snapshot) }));
    const known = [...told, ...batch.changedByActs()];
    if (known.length === 0) return;
    // while nobody may enter, dates go on to move
    const live = batch.live === undefined || batch.live.length === 0 ? await this.plans.live(tx) : batch.live;
    await this.follow(tx, live, known, now);
  }

  /** What is known of these people and orders has changed, or is looked at for the first time; the last word on each counts. */
  async follow(tx: Transaction, live: readonly JourneyInForce[], known: readonly Known[], now: Instant): Promise<void> {
    const coming: ComingDate[] = [];
    const unknown: DateSubject[] = [];
    for (const { version, plan } of live) {
      const { calendar } = plan;
      if (calendar?.type !== 'date') continue;
      for (const subject of subjectsOf(calendar, known)) {
        const { customerId, orderId, snapshot } = subject;
        const about = { journeyId: version.journeyId, subjectId: orderId ?? customerId };
        const next = nextOccasion(plan, calendar, snapshot, now);
        if (next === 'unknown') unknown.push(about);
        else if (next !== 'past') coming.push({ ...about, customerId, orderId, ...next });
      }
    }
    if (coming.length > 0) await this.calendar.keepDates(tx, coming);
    if (unknown.length > 0) await this.calendar.dropDates(tx, unknown);
  }
}

function subjectsOf({ of }: PlannedDate, known: readonly Known[]): Iterable<Known> {
  const subjects = new Map<string, Known>();
  for (const { customerId, orderId, snapshot } of known) {
    if (of === 'customer') subjects.set(customerId, { customerId, orderId: null, snapshot });
    else if (orderId !== null) subjects.set(orderId, { customerId, orderId, snapshot });
  }
  return subjects.values();
}
