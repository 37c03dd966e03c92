import type { CustomerRef, EventDataByType, EventType, NormalisedEvent } from '#app/domain';

let made = 0;

interface About {
  readonly customer?: CustomerRef;
  /** The sender's id; the story's own order by default, null for none. */
  readonly order?: string | null;
  readonly onceKey?: string;
}

/** Events about people and orders of one test: no other test meets them. Everything happens on 2 March 2026. */
export class Story {
  readonly n = ++made;
  /** Above 2^53. */
  readonly order = String(9_007_199_254_740_993n + BigInt(this.n));
  readonly phone = `+3312345${1000 + this.n}`;

  mail(name = 'ada'): { email: string } {
    return { email: `${name}${this.n}@example.com` };
  }

  event<T extends EventType>(type: T, time: string, data: EventDataByType[T], about: About = {}): NormalisedEvent {
    const { customer, order = this.order, onceKey } = about;
    const occurredAt = `2026-03-02T${time}:00.000Z`;
    return {
      type,
      occurredAt,
      data,
      customer,
      order: order ? { externalId: order } : undefined,
      onceKey,
    } as NormalisedEvent;
  }

  placed(
    customer: CustomerRef | undefined,
    {
      time = '09:00',
      order = this.order,
      ...details
    }: Partial<EventDataByType['order.placed']> & { time?: string; order?: string } = {},
  ): NormalisedEvent {
    const data = { name: `#${order}`, total: { amount: 1990, currency: 'EUR' }, ...details };
    return this.event('order.placed', time, data, { order, ...(customer && { customer }) });
  }

  delivered(time = '15:00', order = this.order): NormalisedEvent {
    return this.event('shipment.delivered', time, { parcelId: 'p' }, { order });
  }

  /** Someone is named by all that is given. */
  named(customer: CustomerRef, time = '11:00'): NormalisedEvent {
    return this.event('customer.updated', time, {}, { customer, order: null });
  }
}
