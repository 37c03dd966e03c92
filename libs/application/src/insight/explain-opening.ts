import { Injectable } from '@nestjs/common';
import { type DomainEvent, type PlannedDate, type ShopFacts, toIso } from '#app/domain';
import { FactsReader } from '../facts/facts.repository.js';
import { CalendarStore } from '../journeys/entries/calendar-store.port.js';
import type { JourneyInForce } from '../journeys/runtime/journey-plans.js';
import { ClockPort } from '../ports/clock.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { type ExplainedRule, factRules } from './entry-rules.js';
import { inWords } from './words.js';

interface Subject {
  readonly shop: ShopFacts;
  readonly customerId: string;
}

type Said = Pick<ExplainedRule, 'holds' | 'facts' | 'says'>;

/** Why somebody has not entered yet a journey that begins by a date, a schedule or the API. */
@Injectable()
export class ExplainOpening {
  constructor(
    private readonly calendar: CalendarStore,
    private readonly facts: FactsReader,
    private readonly clock: ClockPort,
  ) {}

  /** Undefined where an event of a sender begins the journey. */
  async why(
    tx: Transaction,
    subject: Subject,
    journey: JourneyInForce | undefined,
  ): Promise<ExplainedRule | undefined> {
    const calendar = journey?.plan.calendar;
    if (calendar?.type === 'date')
      return { event: null, rule: 'date', ...(await this.whyNoDate(tx, subject, journey as JourneyInForce, calendar)) };
    if (calendar)
      return { event: null, rule: 'schedule', ...(await this.whyNoTime(tx, subject, journey as JourneyInForce)) };
    if (journey?.plan.trigger.event !== 'journey.requested') return undefined;
    const says = 'The journey begins by a call of the API; none has named this customer.';
    return { event: null, rule: 'event', holds: false, facts: {}, says };
  }

  private async whyNoDate(
    tx: Transaction,
    { shop, customerId }: Subject,
    { version: { journeyId } }: JourneyInForce,
    { expression, of }: PlannedDate,
  ): Promise<Said> {
    const coming = await this.calendar.comingDate(tx, journeyId, customerId);
    if (coming) {
      const facts = { [expression]: coming.date, 'entry.dueAt': toIso(coming.dueAt) };
      return {
        holds: false,
        facts,
        says: `The date is ${coming.date}: the customer enters on ${inWords(coming.dueAt, shop.timeZone)}.`,
      };
    }
    if (await this.calendar.walkOf(tx, journeyId))
      return {
        holds: false,
        facts: {},
        says: 'The journey was published just now; the dates of its people are being looked up.',
      };
    const whose = of === 'order' ? 'no order of this customer' : 'this customer';
    const holder = of === 'order' ? `There is ${whose}` : `There is no date of ${whose}`;
    return {
      holds: false,
      facts: {},
      says: `${holder} that lies ahead: ${expression} is unknown, no date, or has passed.`,
    };
  }

  private async whyNoTime(
    tx: Transaction,
    { shop, customerId }: Subject,
    { version, plan }: JourneyInForce,
  ): Promise<Said> {
    const [walk, now] = await Promise.all([this.calendar.walkOf(tx, version.journeyId), this.clock.now(tx)]);
    const [snapshot] = await this.facts.snapshots(tx, shop, [{ customerId, orderId: null }]);
    const at = toIso(now);
    const event = {
      id: '',
      type: plan.trigger.event,
      occurredAt: at,
      receivedAt: at,
      data: {},
    } as unknown as DomainEvent;
    const segment = snapshot && factRules(plan, event, snapshot, now).find(({ rule }) => rule === 'where');
    const next = walk ? ` The next time is ${inWords(walk.dueAt, shop.timeZone)}.` : '';
    return {
      holds: false,
      facts: segment?.facts ?? {},
      says: `Asked now: ${segment?.says ?? 'nothing is known of the customer.'}${next}`,
    };
  }
}
