import { Injectable } from '@nestjs/common';
import {
  type FactsSnapshot,
  type Instant,
  localDate,
  nextScheduled,
  type PlannedSchedule,
  type ShopFacts,
} from '#app/domain';
import { FactsReader, type FactsSubject } from '../../facts/facts.repository.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import type { EventsReport } from '../journey-runtime.port.js';
import { type JourneyInForce, JourneyPlans } from '../runtime/journey-plans.js';
import { CalendarStore, type JourneyWalk } from './calendar-store.port.js';
import { KeepDates } from './keep-dates.js';
import { RaiseEvents } from './raise-events.js';
import { scheduledEvent } from './scheduled-event.js';

interface Page {
  readonly subjects: readonly FactsSubject[];
  readonly snapshots: readonly FactsSnapshot[];
  /** Id of the last one; null: the walk is over. */
  readonly last: string | null;
}

/** Takes a walk through everybody one page on. Each page is one transaction with its place, so nobody is met twice or left out. */
@Injectable()
export class WalkJourney {
  constructor(
    private readonly calendar: CalendarStore,
    private readonly plans: JourneyPlans,
    private readonly facts: FactsReader,
    private readonly dates: KeepDates,
    private readonly events: RaiseEvents,
  ) {}

  /** `limit`: people or orders. */
  async page(
    tx: Transaction,
    shop: ShopFacts,
    now: Instant,
    walk: JourneyWalk,
    limit: number,
  ): Promise<EventsReport | null> {
    const journey = await this.journeyOf(tx, walk);
    const calendar = journey?.plan.calendar;
    if (!journey || !calendar || (calendar.type === 'date') !== (walk.purpose === 'dates')) {
      await this.calendar.endWalk(tx, walk.journeyId);
      return null;
    }
    if (calendar.type === 'date') {
      const page = await this.read(tx, shop, walk, calendar.of, limit);
      await this.dates.follow(tx, [journey], knownOf(page), now);
      if (page.last === null) await this.calendar.endWalk(tx, walk.journeyId);
      else await this.calendar.moveWalk(tx, { ...walk, seen: page.last });
      return null;
    }
    return this.letIn(tx, { shop, now, walk, journey, calendar, limit });
  }

  /**
   * Goes on past the next of the walk, who can't be taken along: a date of their own, due at once, has them tried again and set
   * aside alone. False when it isn't them.
   */
  async passOver(tx: Transaction, shop: ShopFacts, now: Instant, walk: JourneyWalk): Promise<boolean> {
    const calendar = (await this.journeyOf(tx, walk))?.plan.calendar;
    if (!calendar) return false;
    const [subject] = await this.subjects(tx, walk, calendar.type === 'date' ? calendar.of : 'customer', 1);
    if (!subject) return false;
    const subjectId = subject.orderId ?? subject.customerId;
    if (!(await this.calendar.passOver(tx, walk.journeyId, subjectId))) return false;
    const dueAt = walk.purpose === 'dates' ? now : walk.dueAt;
    const date = localDate(dueAt, shop.timeZone);
    await this.calendar.moveDates(tx, [{ journeyId: walk.journeyId, subjectId, ...subject, dueAt, date }]);
    return true;
  }

  private async journeyOf(tx: Transaction, { journeyId }: JourneyWalk): Promise<JourneyInForce | undefined> {
    return (await this.plans.live(tx)).find(({ version }) => version.journeyId === journeyId);
  }

  private async letIn(
    tx: Transaction,
    { shop, now, walk, journey, calendar, limit }: ScheduledPage,
  ): Promise<EventsReport> {
    const page = await this.read(tx, shop, walk, 'customer', limit);
    const turn = { journey, dueAt: walk.dueAt, now };
    const events = page.snapshots.flatMap((snapshot) => scheduledEvent(turn, snapshot));
    const report = await this.events.raise(tx, shop, now, events);
    const next =
      page.last === null
        ? { dueAt: nextScheduled(calendar, shop.timeZone, now), seen: null }
        : { dueAt: walk.dueAt, seen: page.last };
    await this.calendar.moveWalk(tx, { ...walk, ...next });
    return report;
  }

  private async subjects(
    tx: Transaction,
    { seen }: JourneyWalk,
    of: 'customer' | 'order',
    limit: number,
  ): Promise<FactsSubject[]> {
    if (of === 'order') return this.calendar.orders(tx, seen, limit);
    return (await this.calendar.customers(tx, seen, limit)).map((customerId) => ({ customerId, orderId: null }));
  }

  private async read(
    tx: Transaction,
    shop: ShopFacts,
    walk: JourneyWalk,
    of: 'customer' | 'order',
    limit: number,
  ): Promise<Page> {
    const subjects = await this.subjects(tx, walk, of, limit);
    const snapshots = await this.facts.snapshots(tx, shop, subjects);
    const last = subjects.at(-1);
    return { subjects, snapshots, last: last && subjects.length === limit ? (last.orderId ?? last.customerId) : null };
  }
}

interface ScheduledPage {
  readonly shop: ShopFacts;
  readonly now: Instant;
  readonly walk: JourneyWalk;
  readonly journey: JourneyInForce;
  readonly calendar: PlannedSchedule;
  readonly limit: number;
}

function knownOf({ subjects, snapshots }: Page) {
  return snapshots.map((snapshot, index) => ({
    customerId: snapshot.customerId,
    orderId: subjects[index]?.orderId ?? null,
    snapshot,
  }));
}
