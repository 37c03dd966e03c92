import { type EventType, toInstant } from '#app/domain';
import type { IncomingEvent } from '../intake/fold-batch.js';
import { withoutErased } from './erased-people.js';
import { keyOf, type Name } from './names.js';

const ERASED_AT = toInstant('2026-03-10T12:00:00Z');
const ERASED = new Set(['email|ada@mail.example', 'external|7', 'order|1001']);
const erasedAt = (name: Name) => (ERASED.has(keyOf(name)) ? ERASED_AT : undefined);

let n = 0;
function event(type: EventType, day: number, fields: { email?: string; externalId?: string; order?: string }) {
  n += 1;
  const { order, ...customer } = fields;
  const source = {
    event: {
      id: `e${n}-0`,
      type,
      occurredAt: `2026-03-${String(day).padStart(2, '0')}T12:00:00.001Z`,
      customer: Object.keys(customer).length > 0 ? customer : undefined,
      order: order === undefined ? undefined : { externalId: order },
      data: {},
    },
    inboxId: `e${n}`,
    ordinal: 0,
    sourceId: 's',
  };
  return source as unknown as IncomingEvent;
}

const judge = (events: readonly IncomingEvent[], known: readonly string[] = []) => {
  const { living, forgotten, returning } = withoutErased(events, erasedAt, (name) => known.includes(keyOf(name)));
  expect(living.length + forgotten.length).toBe(events.length);
  return { living: living.map((one) => events.indexOf(one)), returning: [...new Set(returning.map(keyOf))].toSorted() };
};

const ADA = { email: 'ada@mail.example' };

describe('what is told of the erased', () => {
  it('is forgotten when it happened before, or is about an order of theirs, whenever it is told', () => {
    const told = [
      event('order.placed', 9, { ...ADA, order: '2002' }),
      event('order.refunded', 20, { order: '1001' }),
      event('order.placed', 20, { ...ADA, order: '1001' }),
      event('customer.redacted', 9, ADA),
    ];
    expect(judge(told, ['email|ada@mail.example'])).toEqual({ living: [], returning: [] });
  });

  it('is forgotten later too, unless a new order makes the name a new person’s', () => {
    expect(judge([event('customer.updated', 20, ADA), event('consent.changed', 20, { externalId: '7' })])).toEqual({
      living: [],
      returning: [],
    });
    const batch = [
      event('order.paid', 20, { ...ADA, order: '2002' }),
      event('order.placed', 20, { ...ADA, externalId: '7', order: '2002' }),
      event('customer.updated', 21, { externalId: '7' }),
      event('customer.updated', 9, { externalId: '7' }),
    ];
    expect(judge(batch)).toEqual({ living: [0, 1, 2], returning: ['email|ada@mail.example', 'external|7'] });
    expect(judge([event('customer.updated', 20, ADA)], ['email|ada@mail.example']).living).toEqual([0]);
  });

  it('leaves everybody else alone', () => {
    expect(
      judge([event('order.placed', 1, { email: 'bo@mail.example', order: '1' }), event('order.paid', 1, {})]),
    ).toEqual({
      living: [0, 1],
      returning: [],
    });
  });
});
