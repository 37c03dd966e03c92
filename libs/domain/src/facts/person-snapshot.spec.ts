import { EMPTY_CUSTOMER, emptyOrder, type PersonFacts } from './facts.js';
import { snapshotOf } from './person-snapshot.js';

const shop = { id: 's', name: 'Shop', timeZone: 'UTC', currency: 'EUR', locale: 'en' };
const DAY = '2026-03-02T09:00:00.000Z';
const person: PersonFacts = {
  customer: EMPTY_CUSTOMER,
  orders: {
    '10': { ...emptyOrder('10'), placedAt: DAY },
    '9': { ...emptyOrder('9'), placedAt: DAY },
    '11': emptyOrder('11'),
  },
};
const of = (orderId: string | null) => snapshotOf(person, { shop, customerId: 'c', orderId });

describe('a person in memory', () => {
  it('counts placed orders by time, then by id as a number', () => {
    expect([of('9'), of('10')].map(({ orderCount, position }) => [orderCount, position.ordinal])).toEqual([
      [2, 1],
      [2, 2],
    ]);
  });

  it('gives an order that isn’t placed no place among them', () => {
    expect(of('11')).toMatchObject({ order: { id: '11' }, position: { ordinal: 0 } });
  });

  it('has no order where none is asked for, nor one of a name that every object has', () => {
    for (const id of [null, 'constructor', '12'])
      expect(of(id)).toMatchObject({ order: null, position: { ordinal: 0 } });
  });
});
