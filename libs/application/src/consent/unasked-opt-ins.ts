import { Injectable } from '@nestjs/common';
import {
  applyToCustomer,
  compileJourney,
  type EventView,
  type FactsSnapshot,
  isInSegment,
  type JourneyPlan,
  type Medium,
  NOBODY,
  type ShopFacts,
  startsBy,
  toInstant,
} from '#app/domain';
import { stepKinds } from '#app/steps';
import { JourneyReader } from '../journeys/journey-reader.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';

const AT = '2026-01-01T12:00:00.000Z';
const LINK = /\blinks\s*\.\s*confirm\b/;

/** Finds where opt-ins wait to be confirmed and nobody is asked to. */
@Injectable()
export class UnaskedOptIns {
  constructor(
    private readonly shops: Shops,
    private readonly journeys: JourneyReader,
  ) {}

  /** Media with double opt-in for which no live journey asks. */
  async media(tx: Transaction): Promise<Medium[]> {
    const held = await this.shops.doubleOptIn(tx);
    if (held.length === 0) return [];
    const [shop, live] = [await this.shops.read(tx), await this.journeys.live(tx)];
    const plans = live.flatMap(({ document }) => {
      if (!('event' in document.trigger) || document.trigger.event !== 'consent.changed') return [];
      const result = compileJourney(document, stepKinds, 'stored');
      return 'plan' in result ? [result.plan] : [];
    });
    return held.filter((medium) => !plans.some((plan) => asks(plan, medium, shop)));
  }
}

/** Whether it begins when somebody unknown subscribes, and has a message by that medium with the link that confirms. */
function asks(plan: JourneyPlan, medium: Medium, shop: ShopFacts): boolean {
  if (plan.document.class !== 'service') return false;
  const { event, snapshot } = subscription(medium, shop);
  return startsBy(plan, event) && isInSegment(plan, event, snapshot, toInstant(AT)) && showsLink(plan, medium);
}

function showsLink({ document, steps }: JourneyPlan, medium: Medium): boolean {
  return [...steps.values()].some(({ kind, settings }) =>
    (kind.templates?.(settings) ?? []).some(
      ({ name, channels }) =>
        channels.includes(medium) &&
        Object.values(document.templates[name] ?? {}).some(({ mjml = '', sms = '' }) =>
          LINK.test(medium === 'email' ? mjml : sms),
        ),
    ),
  );
}

function subscription(medium: Medium, shop: ShopFacts): { event: EventView; snapshot: FactsSnapshot } {
  const data = { channel: medium, state: 'pending', level: 'single' } as const;
  const event = { id: 'opt-in', type: 'consent.changed', occurredAt: AT, data } as const;
  const customer = applyToCustomer(NOBODY.customer, { ...event, receivedAt: AT });
  const reached = { ...customer, email: 'somebody@mail.example', phone: '+15005550006' };
  const none = { orderCount: 0, order: null, position: { ordinal: 0 } };
  return { event, snapshot: { shop, customerId: 'somebody', customer: reached, ...none } };
}
