import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DomainEvent } from '../event/event.js';
import type { CustomerFacts, OrderFacts, PersonFacts } from './facts.js';
import { emptyOrder } from './facts.js';
import { mergeCustomers } from './fold-customer.js';
import { applyEvent, applyToCustomer, applyToOrder, NOBODY } from './fold.js';
import { anEvent, histories } from './testing.js';

const fold = (events: readonly DomainEvent[]): PersonFacts => events.reduce(applyEvent, NOBODY);
const foldCustomer = (events: readonly DomainEvent[]): CustomerFacts => events.reduce(applyToCustomer, NOBODY.customer);
const foldOrder = (...events: DomainEvent[]): OrderFacts => events.reduce(applyToOrder, emptyOrder('o1'));
const shuffled = histories.chain((events) =>
  fc.record({ events: fc.constant(events), other: fc.shuffledSubarray(events, { minLength: events.length }) }),
);

describe('the fold', () => {
  it('gives the same facts whatever the order of the events', () => {
    fc.assert(
      fc.property(shuffled, ({ events, other }) => expect(fold(other)).toEqual(fold(events))),
      { numRuns: 500 },
    );
  });

  it('ignores an event that it has folded before', () => {
    fc.assert(fc.property(histories, (events) => expect(fold([...events, ...events])).toEqual(fold(events))));
  });

  it('changes nothing in the facts it was given', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const facts = fold(events);
        const copy = structuredClone(facts);
        fold([...events].reverse());
        events.reduce(applyEvent, facts);
        expect(facts).toEqual(copy);
      }),
    );
  });
});

describe('merging two records of one person', () => {
  const dealt = histories.chain((events) =>
    fc.record({
      events: fc.constant(events),
      hands: fc.array(fc.nat(2), { minLength: events.length, maxLength: events.length }),
    }),
  );
  const hand = (events: readonly DomainEvent[], hands: readonly number[], n: number): CustomerFacts =>
    foldCustomer(events.filter((_, index) => hands[index] === n));

  it('equals folding all events into one record', () => {
    fc.assert(
      fc.property(dealt, ({ events, hands }) => {
        const [a, b, c] = [hand(events, hands, 0), hand(events, hands, 1), hand(events, hands, 2)];
        expect(mergeCustomers(mergeCustomers(a, b), c)).toEqual(foldCustomer(events));
      }),
      { numRuns: 500 },
    );
  });

  it('is symmetric and associative', () => {
    fc.assert(
      fc.property(dealt, ({ events, hands }) => {
        const [a, b, c] = [hand(events, hands, 0), hand(events, hands, 1), hand(events, hands, 2)];
        expect(mergeCustomers(a, b)).toEqual(mergeCustomers(b, a));
        expect(mergeCustomers(a, mergeCustomers(b, c))).toEqual(mergeCustomers(mergeCustomers(a, b), c));
      }),
    );
  });
});

describe('an order', () => {
  const placed = anEvent('order.placed', '09:00', {
    name: '#1',
    total: { amount: 1990, currency: 'EUR' },
    promisedDate: '2026-03-05',
  });

  it('keeps a payment that was reported before the order was placed', () => {
    const order = foldOrder(anEvent('order.paid', '09:01', {}), placed);
    expect(order).toMatchObject({
      placedAt: '2026-03-02T09:00:00.000Z',
      paidAt: '2026-03-02T09:01:00.000Z',
      name: '#1',
    });
  });

  it('is a placeholder until it is placed', () => {
    expect(foldOrder(anEvent('order.paid', '09:01', {})).placedAt).toBeNull();
  });

  it('takes the newest promised date, however late the older one arrives', () => {
    const moved = anEvent('order.updated', '11:00', { promisedDate: '2026-03-09' });
    const stale = anEvent('order.updated', '10:00', { promisedDate: '2026-03-07' });
    expect(foldOrder(placed, moved, stale).promisedDate).toBe('2026-03-09');
  });

  it('keeps a detail that a later event is silent about', () => {
    expect(foldOrder(placed, anEvent('order.updated', '11:00', { name: '#1b' }))).toMatchObject({
      name: '#1b',
      promisedDate: '2026-03-05',
      total: { amount: 1990 },
    });
  });

  it('is cancelled for good at the earliest time that was told', () => {
    const order = foldOrder(anEvent('order.cancelled', '12:00', {}), anEvent('order.cancelled', '11:30', {}), placed);
    expect(order.cancelledAt).toBe('2026-03-02T11:30:00.000Z');
  });

  it('counts a refund once by its id, with its newest amount and its earliest time', () => {
    const first = anEvent('order.refunded', '10:00', { refundId: 'r1', amount: { amount: 500, currency: 'EUR' } });
    const again = anEvent('order.refunded', '11:00', { refundId: 'r1', amount: { amount: 700, currency: 'EUR' } });
    const silent = anEvent('order.refunded', '12:00', { refundId: 'r1' });
    const expected = [
      { id: 'r1', at: '2026-03-02T10:00:00.000Z', amount: { amount: 700, currency: 'EUR' }, full: false },
    ];
    expect(foldOrder(first, again, silent).refunds).toEqual(expected);
    expect(foldOrder(silent, again, first).refunds).toEqual(expected);
  });

  it('lists refunds without an id one by one, in order of time', () => {
    const late = anEvent('order.refunded', '11:00', { full: true });
    const early = anEvent('order.refunded', '10:00', {});
    expect(foldOrder(late, early).refunds.map(({ id, full }) => ({ id, full }))).toEqual([
      { id: early.id, full: false },
      { id: late.id, full: true },
    ]);
  });
});

describe('a parcel', () => {
  const scan = (type: 'delivered' | 'in_transit' | 'exception' | 'returned' | 'delayed', time: string): DomainEvent =>
    anEvent(`shipment.${type}`, time, { parcelId: 'p1' });
  const parcelOf = (...events: DomainEvent[]) => foldOrder(...events).parcels[0];

  it('stays delivered when an older scan arrives late', () => {
    expect(parcelOf(scan('delivered', '15:00'), scan('in_transit', '10:00'))).toMatchObject({
      state: 'delivered',
      deliveredAt: '2026-03-02T15:00:00.000Z',
      shippedAt: '2026-03-02T10:00:00.000Z',
    });
  });

  it('stays delivered when a scan carries a later time', () => {
    expect(parcelOf(scan('delivered', '15:00'), scan('in_transit', '16:00'))).toMatchObject({
      state: 'delivered',
      delivered: true,
    });
  });

  it('is delivered after an exception', () => {
    expect(parcelOf(scan('exception', '10:00'), scan('delivered', '15:00'))).toMatchObject({
      state: 'delivered',
      delivered: true,
    });
  });

  it('is in exception when the exception is the newest scan', () => {
    expect(parcelOf(scan('exception', '12:00'), scan('in_transit', '10:00'))).toMatchObject({
      state: 'exception',
      delivered: false,
    });
  });

  it('remembers its delivery when it is returned', () => {
    expect(parcelOf(scan('returned', '18:00'), scan('delivered', '15:00'))).toMatchObject({
      state: 'returned',
      delivered: true,
    });
  });

  it('keeps the earliest of two deliveries', () => {
    expect(parcelOf(scan('delivered', '15:00'), scan('delivered', '14:00'))?.deliveredAt).toBe(
      '2026-03-02T14:00:00.000Z',
    );
  });

  it('isn’t shipped by an exception or a delay alone', () => {
    expect(parcelOf(scan('exception', '12:00'), scan('delayed', '11:00'))?.shippedAt).toBeNull();
  });

  it('stands beside the other parcels of its order, by id', () => {
    const order = foldOrder(
      anEvent('shipment.created', '09:00', { parcelId: 'p2' }),
      anEvent('shipment.created', '10:00', { parcelId: 'p1' }),
    );
    expect(order.parcels.map((parcel) => parcel.id)).toEqual(['p1', 'p2']);
  });
});

describe('a person', () => {
  it('keeps ids above 2^53 as text', () => {
    const person = fold([anEvent('customer.created', '09:00', {}, { customer: { externalId: '9007199254740993' } })]);
    expect(person.customer.externalIds).toEqual(['9007199254740993']);
  });

  it('was first seen at the earliest time of any event', () => {
    const person = fold([
      anEvent('order.paid', '09:00', {}),
      anEvent('customer.created', '08:00', {}),
      anEvent('order.paid', '10:00', {}),
    ]);
    expect(person.customer.firstSeenAt).toBe('2026-03-02T08:00:00.000Z');
  });

  it('takes each attribute from the newest event that names it', () => {
    const newer = anEvent('customer.updated', '10:00', { profile: { attributes: { vip: true } } });
    const older = anEvent('customer.updated', '09:00', { profile: { attributes: { vip: false, since: 2019 } } });
    expect(fold([newer, older]).customer.attributes).toEqual({ vip: true, since: 2019 });
  });

  it('takes tags as a whole from the newest event', () => {
    const newer = anEvent('customer.updated', '10:00', { profile: { tags: ['b'] } });
    const older = anEvent('customer.updated', '09:00', { profile: { tags: ['a', 'b'] } });
    expect(fold([newer, older]).customer.tags).toEqual(['b']);
  });
});
