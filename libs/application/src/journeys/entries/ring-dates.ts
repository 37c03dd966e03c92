import { Injectable } from '@nestjs/common';
import {
  type FactsSnapshot,
  type Instant,
  isErased,
  nextOccasion,
  type Occasion,
  type PlannedDate,
  type ShopFacts,
} from '#app/domain';
import { FactsReader } from '../../facts/facts.repository.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import type { EventsReport } from '../journey-runtime.port.js';
import { type JourneyInForce, JourneyPlans } from '../runtime/journey-plans.js';
import { CalendarStore, type ComingDate } from './calendar-store.port.js';
import { type OwnEvent, RaiseEvents } from './raise-events.js';
import { scheduledEvent } from './scheduled-event.js';

/** A date that has come, with what is known of its person now. */
interface CameDate {
  readonly noted: ComingDate;
  readonly journey: JourneyInForce | undefined;
  readonly snapshot: FactsSnapshot;
}

/** Lets in the people whose date has come. */
@Injectable()
export class RingDates {
  constructor(
    private readonly calendar: CalendarStore,
    private readonly plans: JourneyPlans,
    private readonly facts: FactsReader,
    private readonly events: RaiseEvents,
  ) {}

  /** The facts have the last word: a date that has moved since it was noted lets in when it comes, one that is gone never. */
  async ring(tx: Transaction, shop: ShopFacts, now: Instant, noted: readonly ComingDate[]): Promise<EventsReport> {
    const live = await this.plans.live(tx);
    const snapshots = await this.facts.snapshots(tx, shop, noted);
    const came = noted.map((date, index): CameDate => {
      const journey = live.find(({ version }) => version.journeyId === date.journeyId);
      return { noted: date, journey, snapshot: snapshots[index] as FactsSnapshot };
    });
    const events: OwnEvent[] = [];
    const next: ComingDate[] = [];
    const gone: ComingDate[] = [];
    for (const date of came) {
      events.push(...turnMissed(date, now));
      const { occasion, following } = verdictOn(date, now);
      if (occasion) events.push(eventOf(date, occasion));
      if (following) next.push({ ...date.noted, ...following });
      else gone.push(date.noted);
    }
    // before the entries, which may write new dates
    if (next.length > 0) await this.calendar.moveDates(tx, next);
    if (gone.length > 0) await this.calendar.dropDates(tx, gone);
    return this.events.raise(tx, shop, now, events);
  }
}

/** Of somebody whom the walk of a schedule passed over. */
function turnMissed({ noted: { customerId, dueAt }, journey, snapshot }: CameDate, now: Instant): OwnEvent[] {
  if (journey?.plan.calendar?.type !== 'schedule' || snapshot.customerId !== customerId) return [];
  return scheduledEvent({ journey, dueAt, now }, snapshot);
}

/** `occasion`: what lets the person in now; `following`: when to look again. */
function verdictOn(
  { noted, journey, snapshot }: CameDate,
  now: Instant,
): { readonly occasion?: Occasion; readonly following?: Occasion } {
  const calendar = journey?.plan.calendar;
  if (!journey || calendar?.type !== 'date' || !isOf(calendar, noted, snapshot)) return {};
  const next = (after: Instant): Occasion | undefined => {
    const found = nextOccasion(journey.plan, calendar, snapshot, after);
    return typeof found === 'string' ? undefined : found;
  };
  const occasion = next(noted.dueAt - 1);
  if (!occasion || occasion.dueAt > now) return occasion ? { following: occasion } : {};
  const following = next(now);
  return following ? { occasion, following } : { occasion };
}

/** Who was erased, or merged into another record, has no date any more. */
function isOf({ of }: PlannedDate, { orderId, customerId }: ComingDate, snapshot: FactsSnapshot): boolean {
  if (isErased(snapshot.customer)) return false;
  return of === 'order' ? orderId !== null : orderId === null && snapshot.customerId === customerId;
}

function eventOf({ noted, journey, snapshot }: CameDate, { date, dueAt }: Occasion): OwnEvent {
  const data = { journey: journey?.version.key ?? '', date };
  return { type: 'journey.due', occurredAt: dueAt, data, orderId: noted.orderId, snapshot };
}
