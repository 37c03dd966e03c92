import { describe, expect, it } from '@jest/globals';
import { type CustomerRef, type DomainEvent, type EventType, type ShopFacts, toIso } from '#app/domain';
import fc from 'fast-check';
import type { KnownPeople, TimelineEvent } from '../facts/facts-store.port.js';
import { foldBatch, type FoldedBatch, type IncomingEvent } from './fold-batch.js';

const shop: ShopFacts = { id: 's', name: 'Shop', timeZone: 'UTC', currency: 'EUR', locale: 'en' };

/** What is stored, in memory: the same rules as the tables. */
class Shelf {
  private ids = 0;
  private readonly customers = new Map<string, KnownPeople['customers'][number] & { orderCount: number }>();
  private readonly owners = new Map<string, KnownPeople['identities'][number]>();
  private readonly orders = new Map<string, KnownPeople['orders'][number]>();
  readonly events = new Map<string, TimelineEvent>();

  fold(events: readonly IncomingEvent[]): FoldedBatch {
    const batch = foldBatch(
      shop,
      this.known(),
      [...this.events.values()].filter(({ customerId }) => customerId === null),
      events,
      () => `id${String((this.ids += 1)).padStart(4, '0')}`,
    );
    this.save(batch.changes);
    return batch;
  }

  /** Each customer with their orders and events, whatever their ids are. */
  people(): unknown[] {
    const people = [...this.customers.values()].map(({ id, facts, orderCount }) => ({
      facts,
      orderCount,
      identities: [...this.owners]
        .filter(([, { customerId }]) => customerId === id)
        .map(([key]) => key)
        .sort(),
      orders: [...this.orders.values()]
        .filter(({ customerId }) => customerId === id)
        .map(({ externalId }) => externalId)
        .sort(),
      events: [...this.events.values()]
        .filter(({ customerId }) => customerId === id)
        .map(({ event }) => event.id)
        .sort(),
    }));
    return people.sort((a, b) => (JSON.stringify(a.identities) < JSON.stringify(b.identities) ? -1 : 1));
  }

  orderFacts(): unknown[] {
    return [...this.orders.values()].map(({ facts }) => facts).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  known(): KnownPeople {
    const orders = [...this.orders.values()];
    const placed = orders.flatMap(({ customerId, externalId, facts: { placedAt } }) =>
      customerId && placedAt ? [{ customerId, externalId, placedAt }] : [],
    );
    return { customers: [...this.customers.values()], identities: [...this.owners.values()], orders, placed };
  }

  private save({ customers, merges, identities, orders, links, events }: FoldedBatch['changes']): void {
    for (const { id, facts, orderCount } of customers) {
      this.customers.set(id, {
        id,
        facts,
        orderCount,
        createdAt: this.customers.get(id)?.createdAt ?? this.customers.size,
      });
    }
    for (const identity of identities) this.owners.set(`${identity.kind}|${identity.value}`, identity);
    for (const order of orders) this.orders.set(order.externalId, order);
    for (const event of events) if (!this.events.has(event.event.id)) this.events.set(event.event.id, event);
    for (const { externalId, customerId } of links) this.link(externalId, customerId);
    for (const { loser, survivor } of merges) this.merge(loser, survivor);
  }

  private link(externalId: string, customerId: string): void {
    for (const [id, row] of this.events) {
      if (row.customerId === null && row.event.order?.externalId === externalId)
        this.events.set(id, { ...row, customerId });
    }
  }

  private merge(loser: string, survivor: string): void {
    for (const table of [this.owners, this.orders, this.events] as Map<string, { customerId: string | null }>[]) {
      for (const [key, row] of table) if (row.customerId === loser) table.set(key, { ...row, customerId: survivor });
    }
    this.customers.delete(loser);
  }
}

function anEvent(
  index: number,
  type: EventType,
  customer: CustomerRef | undefined,
  order: string | undefined,
): IncomingEvent {
  const occurredAt = toIso(index * 60_000);
  const data = type.startsWith('shipment.') ? { parcelId: 'p' } : {};
  const event = {
    id: `e${index}`,
    type,
    occurredAt,
    receivedAt: occurredAt,
    data,
    customer,
    order: order ? { externalId: order } : undefined,
  };
  return { event: event as DomainEvent, inboxId: `i${index}`, ordinal: 0, sourceId: 's' };
}

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 2 });
const ref = fc.record({
  externalId: maybe(fc.constantFrom('1', '2')),
  email: maybe(fc.constantFrom('a@x', 'b@x')),
  phone: maybe(fc.constantFrom('+1', '+2')),
});
const type = fc.constantFrom<EventType>(
  'order.placed',
  'order.paid',
  'shipment.delivered',
  'customer.updated',
  'review.submitted',
);
const streams = fc
  .array(fc.record({ type, ref: maybe(ref), order: maybe(fc.constantFrom('o1', 'o2', 'o3')), ends: fc.boolean() }), {
    maxLength: 12,
  })
  .map((drafts) =>
    drafts.map((draft, index) => ({ ends: draft.ends, event: anEvent(index, draft.type, draft.ref, draft.order) })),
  );

describe('foldBatch', () => {
  it('comes to the same people and orders however the stream is cut into batches', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const whole = new Shelf();
        whole.fold(stream.map(({ event }) => event));
        const cut = new Shelf();
        let batch: IncomingEvent[] = [];
        for (const { event, ends } of stream) {
          batch.push(event);
          if (ends) cut.fold(batch.splice(0));
        }
        cut.fold(batch);
        expect(cut.people()).toEqual(whole.people());
        expect(cut.orderFacts()).toEqual(whole.orderFacts());
      }),
      { numRuns: 200 },
    );
  });

  it('loses no event: each is on somebody’s timeline, or waits for the person of its order', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const shelf = new Shelf();
        const told = stream.flatMap(({ event }) => shelf.fold([event]).known.map(({ source }) => source.event.id));
        expect(shelf.events.size).toBe(stream.length);
        expect(new Set(told).size).toBe(told.length);
        const owned = [...shelf.events.values()]
          .filter(({ customerId }) => customerId !== null)
          .map(({ event }) => event.id);
        expect([...told].sort()).toEqual(owned.sort());
        const ids = new Set(shelf.known().customers.map(({ id }) => id));
        expect([...shelf.events.values()].every(({ customerId }) => customerId === null || ids.has(customerId))).toBe(
          true,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('counts the placed orders of each person', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const shelf = new Shelf();
        shelf.fold(stream.map(({ event }) => event));
        const { placed } = shelf.known();
        for (const customer of shelf.known().customers as readonly (KnownPeople['customers'][number] & {
          orderCount: number;
        })[]) {
          expect(customer.orderCount).toBe(placed.filter(({ customerId }) => customerId === customer.id).length);
        }
      }),
    );
  });

  it('keeps a parcel with the order’s customer, whoever it is addressed to', () => {
    const shelf = new Shelf();
    const gift = anEvent(1, 'shipment.delivered', { email: 'friend@x' }, 'o1');
    const { known } = shelf.fold([anEvent(0, 'order.placed', { email: 'a@x' }, 'o1'), gift]);
    expect(known.map(({ snapshot }) => snapshot?.customer.email)).toEqual(['a@x', 'a@x']);
    expect(shelf.known().customers).toHaveLength(1);
  });

  it('leaves events that waited with the person they were given to when their order moves on', () => {
    const waits = anEvent(0, 'order.placed', undefined, 'o1');
    const account = anEvent(1, 'customer.updated', { externalId: '1', phone: '+2' }, undefined);
    const found = anEvent(2, 'order.paid', { phone: '+2' }, 'o1');
    const moves = anEvent(3, 'order.updated', { externalId: '2' }, 'o1');
    for (const batches of [
      [[waits, account, found, moves]],
      [
        [waits, account],
        [found, moves],
      ],
    ]) {
      const shelf = new Shelf();
      for (const batch of batches) shelf.fold(batch);
      expect(shelf.people()).toMatchObject([
        { identities: ['external|1', 'phone|+2'], events: ['e0', 'e1', 'e2'], orders: [] },
        { identities: ['external|2'], events: ['e3'], orders: ['o1'] },
      ]);
    }
  });

  it('moves an order to the account that news of the order names', () => {
    const shelf = new Shelf();
    shelf.fold([
      anEvent(0, 'order.placed', { externalId: '1' }, 'o1'),
      anEvent(1, 'order.updated', { externalId: '2' }, 'o1'),
    ]);
    expect(shelf.people()).toMatchObject([
      { identities: ['external|1'], orders: [], orderCount: 0 },
      { identities: ['external|2'], orders: ['o1'], orderCount: 1 },
    ]);
  });
});
