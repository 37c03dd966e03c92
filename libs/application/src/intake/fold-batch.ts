import {
  applyToCustomer,
  applyToOrder,
  type CustomerRef,
  type DomainEvent,
  emptyOrder,
  type FactsSnapshot,
  type OrderFacts,
  ordinalOf,
  type ShopFacts,
} from '#app/domain';
import type { FactsChanges, KnownPeople, TimelineEvent } from '../facts/facts-store.port.js';
import { identitiesOf, People, type Person, present } from './people.js';

/** An event of the batch on its way onto the timeline. */
export type IncomingEvent = Omit<TimelineEvent, 'customerId'>;

interface Order {
  readonly id: string;
  readonly externalId: string;
  facts: OrderFacts;
  owner: Person | null;
  isChanged: boolean;
}

/** An event with the person it concerns and the facts right after it; both null while the person isn't known. */
export interface Folded {
  readonly source: IncomingEvent;
  readonly order: Order | null;
  /** Of an event of the batch: what was known of its order right before it. */
  readonly orderBefore: OrderFacts | undefined;
  person: Person | null;
  snapshot: FactsSnapshot | null;
}

export interface FoldedBatch {
  /** Every event of the batch, as claimed. */
  readonly folded: readonly Folded[];
  /** Events whose person is known, in the order in which journeys take them; events that had waited for their person included. */
  readonly known: readonly Folded[];
  readonly changes: FactsChanges;
}

/** Folds a batch of events into what is stored of people and orders. Pure but for new ids: reads and writes nothing. */
export function foldBatch(
  shop: ShopFacts,
  stored: KnownPeople,
  waiting: readonly TimelineEvent[],
  events: readonly IncomingEvent[],
  newId: () => string,
): FoldedBatch {
  const batch = new Batch(shop, stored, waiting, newId);
  for (const event of events) batch.take(event);
  return batch.result();
}

class Batch {
  private readonly people: People;
  private readonly orders = new Map<string, Order>();
  /** By order: events whose person isn't known, of earlier batches and of this one. */
  private readonly waiting = new Map<string, Folded[]>();
  private readonly folded: Folded[] = [];
  private readonly known: Folded[] = [];
  /** Orders whose waiting events found their person; the order may move on to another person later. */
  private readonly linked: { readonly order: Order; readonly person: Person }[] = [];

  constructor(
    private readonly shop: ShopFacts,
    stored: KnownPeople,
    waiting: readonly TimelineEvent[],
    private readonly newId: () => string,
  ) {
    this.people = new People(stored, newId);
    for (const { id, externalId, customerId, facts } of stored.orders) {
      const owner = customerId === null ? null : this.people.byId(customerId);
      this.orders.set(externalId, { id, externalId, facts, owner, isChanged: false });
    }
    for (const source of waiting)
      this.park({
        source,
        order: this.orderOf(source.event),
        orderBefore: undefined,
        person: null,
        snapshot: null,
      });
  }

  take(source: IncomingEvent): void {
    const { event } = source;
    const order = this.orderOf(event);
    const { person, isNamed } = this.concerned(event, order);
    const entry: Folded = { source, order, orderBefore: order?.facts, person, snapshot: null };
    this.folded.push(entry);
    if (order) {
      order.facts = applyToOrder(order.facts, event);
      order.isChanged = true;
    }
    if (!person) return this.park(entry);
    const group = order ? this.assign(order, person, entry) : [entry];
    // A person who is known by the order alone isn't described by the contact that the event carries.
    foldInto(person, isNamed ? event : { ...event, customer: undefined });
    for (const { source: waited } of group) if (waited !== source) foldInto(person, waited.event);
    this.countPlaced(order);
    for (const member of group) {
      member.snapshot = this.snapshot(person, order);
      this.known.push(member);
    }
  }

  result(): FoldedBatch {
    const orders = [...this.orders.values()].filter((order) => order.isChanged);
    return {
      folded: this.folded,
      known: this.known,
      changes: {
        ...this.people.changes(),
        orders: orders.map(({ id, externalId, facts, owner }) => ({
          id,
          externalId,
          facts,
          customerId: owner && present(owner).id,
        })),
        links: this.linked.map(({ order: { id, externalId }, person }) => ({
          orderId: id,
          externalId,
          customerId: present(person).id,
        })),
        events: this.folded.map(({ source, person }) => ({ ...source, customerId: person && present(person).id })),
      },
    };
  }

  private orderOf(event: DomainEvent): Order | null {
    const externalId = event.order?.externalId;
    if (externalId === undefined) return null;
    const known = this.orders.get(externalId);
    if (known) return known;
    const order: Order = { id: this.newId(), externalId, facts: emptyOrder(externalId), owner: null, isChanged: true };
    this.orders.set(externalId, order);
    return order;
  }

  /**
   * A carrier's word on a parcel concerns the order's customer, whoever the parcel is addressed to; news of the order itself
   * names the order's customer anew; anything else concerns the person it names. Without a name it is the order's customer.
   */
  private concerned({ type, customer }: DomainEvent, order: Order | null): { person: Person | null; isNamed: boolean } {
    const owner = order?.owner ? present(order.owner) : null;
    const isNamed = isSomebody(customer);
    if (!isNamed || (owner && type.startsWith('shipment.'))) return { person: owner, isNamed: false };
    const isOfOrder = type.startsWith('order.') || type === 'return.requested';
    return { person: this.people.resolve(customer, isOfOrder ? owner : null), isNamed: true };
  }

  /** Gives the order its customer, and with it the events that waited for one: all together in order of occurrence. */
  private assign(order: Order, person: Person, entry: Folded): Folded[] {
    const isOfOrder = entry.source.event.type.startsWith('order.');
    if (order.owner) {
      const owner = present(order.owner);
      if (owner !== person && isOfOrder) {
        owner.placed.delete(order.externalId);
        owner.isChanged = true;
        order.owner = person;
      }
      return [entry];
    }
    order.owner = person;
    const waited = this.waiting.get(order.externalId) ?? [];
    if (waited.length > 0) this.linked.push({ order, person });
    this.waiting.delete(order.externalId);
    for (const other of waited) other.person = person;
    return [entry, ...waited].sort((a, b) => compare(a.source.event.occurredAt, b.source.event.occurredAt));
  }

  private park(entry: Folded): void {
    if (!entry.order) return;
    const { externalId } = entry.order;
    const waiting = this.waiting.get(externalId) ?? [];
    if (waiting.some(({ source }) => source.event.id === entry.source.event.id)) return;
    this.waiting.set(externalId, [...waiting, entry]);
  }

  private countPlaced(order: Order | null): void {
    if (!order?.owner || order.facts.placedAt === null) return;
    present(order.owner).placed.set(order.externalId, order.facts.placedAt);
    present(order.owner).isChanged = true;
  }

  private snapshot(person: Person, order: Order | null): FactsSnapshot {
    const ordinal = order?.owner ? ordinalOf(order.externalId, present(order.owner).placed) : 0;
    return {
      shop: this.shop,
      customerId: person.id,
      customer: person.facts,
      orderCount: person.placed.size,
      order: order?.facts ?? null,
      position: { ordinal },
    };
  }
}

function foldInto(person: Person, event: DomainEvent): void {
  person.facts = applyToCustomer(person.facts, event);
  person.isChanged = true;
}

function isSomebody(ref: CustomerRef | undefined): ref is CustomerRef {
  return identitiesOf(ref).length > 0;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
