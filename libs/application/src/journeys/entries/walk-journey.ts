import { Injectable } from '@nestjs/common';
import {
  type FactsSnapshot,
  type Instant,
  isErased,
  isInSegment,
  nextScheduled,
  type PlannedSchedule,
  type ShopFacts,
  toIso,
} from '#app/domain';
import { FactsReader, type FactsSubject } from '../../facts/facts.repository.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import type { EventsReport } from '../journey-runtime.port.js';
import { type JourneyInForce, JourneyPlans } from '../runtime/journey-plans.js';
import { CalendarStore, type JourneyWalk } from './calendar-store.port.js';
import { KeepDates } from './keep-dates.js';
import { RaiseEvents } from './raise-events.js';

/** People or orders of one transaction. */
const PAGE = 500;

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

  async page(tx: Transaction, shop: ShopFacts, now: Instant, walk: JourneyWalk): Promise<EventsReport | null> {
    const live = await this.plans.live(tx);
    const journey = live.find(({ version }) => version.journeyId === walk.journeyId);
    const calendar = journey?.plan.calendar;
    if (!journey || !calendar || (calendar.type === 'date') !== (walk.purpose === 'dates')) {
      await this.calendar.endWalk(tx, walk.journeyId);
      return null;
    }
    if (calendar.type === 'date') {
      const page = await this.read(tx, shop, walk, calendar.of);
      await this.dates.follow(tx, [journey], knownOf(page), now);
      if (page.last === null) await this.calendar.endWalk(tx, walk.journeyId);
      else await this.calendar.moveWalk(tx, { ...walk, seen: page.last });
      return null;
    }
    return this.letIn(tx, { shop, now, walk, journey, calendar });
  }

  private async letIn(tx: Transaction, { shop, now, walk, journey, calendar }: ScheduledPage): Promise<EventsReport> {
    const page = await this.read(tx, shop, walk, 'customer');
    const data = { journey: journey.version.key };
    const event = { id: '', type: 'journey.scheduled', occurredAt: toIso(walk.dueAt), data } as const;
    const members = page.snapshots.filter(
      (snapshot) => !isErased(snapshot.customer) && isInSegment(journey.plan, event, snapshot, now),
    );
    const report = await this.events.raise(
      tx,
      shop,
      now,
      members.map((snapshot) => ({ type: event.type, occurredAt: walk.dueAt, data, orderId: null, snapshot })),
    );
    const next =
      page.last === null
        ? { dueAt: nextScheduled(calendar, shop.timeZone, now), seen: null }
        : { dueAt: walk.dueAt, seen: page.last };
    await this.calendar.moveWalk(tx, { ...walk, ...next });
    return report;
  }

  private async read(tx: Transaction, shop: ShopFacts, { seen }: JourneyWalk, of: 'customer' | 'order'): Promise<Page> {
    const subjects: FactsSubject[] =
      of === 'order'
        ? await this.calendar.orders(tx, seen, PAGE)
        : (await this.calendar.customers(tx, seen, PAGE)).map((customerId) => ({ customerId, orderId: null }));
    const snapshots = await this.facts.snapshots(tx, shop, subjects);
    const last = subjects.at(-1);
    return { subjects, snapshots, last: last && subjects.length === PAGE ? (last.orderId ?? last.customerId) : null };
  }
}

interface ScheduledPage {
  readonly shop: ShopFacts;
  readonly now: Instant;
  readonly walk: JourneyWalk;
  readonly journey: JourneyInForce;
  readonly calendar: PlannedSchedule;
}

function knownOf({ subjects, snapshots }: Page) {
  return snapshots.map((snapshot, index) => ({
    customerId: snapshot.customerId,
    orderId: subjects[index]?.orderId ?? null,
    snapshot,
  }));
}
