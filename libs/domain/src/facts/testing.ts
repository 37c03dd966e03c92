import fc from 'fast-check';
import { OPTIONAL_CLASSES } from '../consent/message-class.js';
import { type DomainEvent, type EventDataByType, type EventType } from '../event/event.js';
import { toIso } from '../time/instant.js';

const SHIPMENT_TYPES = [
  'shipment.created',
  'shipment.label_created',
  'shipment.in_transit',
  'shipment.out_for_delivery',
  'shipment.available_for_pickup',
  'shipment.attempt_failed',
  'shipment.delayed',
  'shipment.exception',
  'shipment.delivered',
  'shipment.returned',
] as const;

let made = 0;

/** An event of a type at a time of day on 2 March 2026, with an id of its own. */
export function anEvent<T extends EventType>(
  type: T,
  time: string,
  data: EventDataByType[T],
  rest: Partial<Pick<DomainEvent, 'id' | 'customer' | 'order'>> = {},
): DomainEvent {
  made += 1;
  const occurredAt = `2026-03-02T${time}:00.000Z`;
  return {
    id: `e${made}`,
    receivedAt: occurredAt,
    occurredAt,
    order: { externalId: 'o1' },
    type,
    data,
    ...rest,
  } as DomainEvent;
}

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 2 });
const word = fc.constantFrom('a', 'b', 'c');
const money = fc.record({ amount: fc.integer({ min: 0, max: 9_999 }), currency: fc.constant('EUR') });
const profile = fc.record({
  firstName: maybe(word),
  locale: maybe(fc.constantFrom('en', 'fr')),
  tags: maybe(fc.array(word, { maxLength: 3 })),
  attributes: maybe(fc.dictionary(word, fc.oneof(fc.integer(), fc.constant(null)), { maxKeys: 3 })),
});
const details = fc.record({
  name: maybe(word),
  total: maybe(money),
  lines: maybe(fc.array(fc.record({ id: word, title: word, quantity: fc.nat(3) }), { maxLength: 2 })),
  promisedDate: maybe(fc.constantFrom('2026-03-05', '2026-03-09')),
  isGift: maybe(fc.boolean()),
  tags: maybe(fc.array(word, { maxLength: 2 })),
  profile: maybe(profile),
});
const parcel = fc.record({ parcelId: fc.constantFrom('p1', 'p2'), carrier: maybe(word), trackingNumber: maybe(word) });
const channel = fc.constantFrom('email' as const, 'sms' as const);

const body = fc.oneof(
  fc.record({ type: fc.constantFrom('order.updated' as const, 'order.paid' as const), data: details }),
  fc.record({
    type: fc.constant('order.placed' as const),
    data: fc
      .tuple(details, fc.array(fc.record({ channel }), { maxLength: 2 }))
      .map(([d, consents]) => ({ ...d, consents })),
  }),
  fc.record({ type: fc.constant('order.cancelled' as const), data: fc.constant({}) }),
  fc.record({
    type: fc.constant('order.refunded' as const),
    data: fc.record({ refundId: maybe(word), amount: maybe(money), full: maybe(fc.boolean()) }),
  }),
  fc.record({ type: fc.constantFrom(...SHIPMENT_TYPES), data: parcel }),
  fc.record({ type: fc.constant('customer.updated' as const), data: fc.record({ profile: maybe(profile) }) }),
  fc.record({ type: fc.constant('customer.redacted' as const), data: fc.constant({}) }),
  fc.record({
    type: fc.constant('consent.changed' as const),
    data: fc.record({
      channel,
      state: fc.constantFrom('opted_in' as const, 'opted_out' as const, 'pending' as const),
      level: fc.constantFrom('evidence' as const, 'single' as const, 'confirmed' as const),
      classes: maybe(fc.subarray([...OPTIONAL_CLASSES], { minLength: 1 })),
    }),
  }),
);

/** Random histories of one person: few distinct times, parcels, refunds and orders, so that they collide often. */
export const histories: fc.Arbitrary<DomainEvent[]> = fc
  .array(
    fc.record({
      body,
      minute: fc.nat(8),
      customer: maybe(
        fc.record({
          externalId: maybe(fc.constantFrom('9007199254740993', '7')),
          email: maybe(word),
          phone: maybe(word),
        }),
      ),
      order: maybe(fc.constantFrom('o1', 'constructor', '__proto__')),
    }),
    { maxLength: 14 },
  )
  .map((drafts) =>
    drafts.map(({ body: { type, data }, minute, customer, order }, index) => {
      const occurredAt = toIso(minute * 60_000);
      return {
        id: `e${index}`,
        type,
        data,
        occurredAt,
        receivedAt: occurredAt,
        customer,
        order: order ? { externalId: order } : undefined,
      } as DomainEvent;
    }),
  );
