import { describe, expect, it } from '@jest/globals';
import { type CustomerFacts, EMPTY_CUSTOMER, emptyOrder, type OrderFacts } from '#app/domain';
import { type FactsCell, FactsShelf } from './facts-shelf.js';

const PARCEL = {
  id: 'a',
  state: 'delivered',
  stateAt: '2026-05-06T10:00:00.000Z',
  delivered: true,
  deliveredAt: '2026-05-06T10:00:00.000Z',
  shippedAt: null,
  carrier: 'Post',
  trackingNumber: null,
  trackingUrl: null,
  estimatedDeliveryAt: null,
  stamps: { carrier: '2026-05-06T10:00:00.000Z|e2' },
} as const;
const ORDER: OrderFacts = {
  ...emptyOrder('1'),
  name: '#1',
  parcels: [PARCEL],
  stamps: {
    name: '2026-05-04T10:00:00.000Z|e1',
    total: '2026-05-04T10:00:00.000Z|e1',
    tags: '2026-05-05T10:00:00.000Z|e3',
  },
};

describe('FactsShelf', () => {
  it('keeps what is not in use as text, and gives it back as it was', () => {
    const shelf = new FactsShelf(1);
    const order: FactsCell<OrderFacts> = { facts: ORDER };
    const customer: FactsCell<CustomerFacts> = { facts: { ...EMPTY_CUSTOMER, email: 'ines@mail.example' } };
    shelf.write(order, ORDER);
    shelf.read(customer);
    expect(typeof order.facts).toBe('string');
    expect(shelf.read(order)).toEqual(ORDER);
    expect(typeof customer.facts).toBe('string');
  });
});
