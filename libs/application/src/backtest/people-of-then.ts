import {
  applyToCustomer,
  applyToOrder,
  type CustomerFacts,
  type DomainEvent,
  EMPTY_CUSTOMER,
  emptyOrder,
  type FactsSnapshot,
  type OrderFacts,
  ordinalOf,
  type ShopFacts,
} from '#app/domain';
import type {
  CustomerMerge,
  FactsChanges,
  Identity,
  KnownPeople,
  SuppressionChange,
  TimelineEvent,
} from '../facts/facts-store.port.js';
import type { FactsSubject } from '../facts/facts.repository.js';
import { foldBatch, type Folded } from '../intake/fold-batch.js';
import { identitiesOf, present } from '../intake/people.js';
import { suppressionChanges } from '../intake/suppression-changes.js';
import type { FoldedEvent } from '../journeys/journey-runtime.port.js';
import type { SecretPort } from '../ports/secret.port.js';

interface Customer {
  facts: CustomerFacts;
  readonly id: string;
  /** Counts the customers, which makes the elder one survive a merge. */
  readonly bornAt: number;
  /** The id under which the shop knows the customer today; ours until an event names it. */
  knownAs: string;
  orders: Order[];
  mergedInto: Customer | null;
}

interface Order {
  facts: OrderFacts;
  readonly id: string;
  readonly externalId: string;
  owner: Customer | null;
  placedAt: string | null;
  /** Events that wait for the order's customer to become known. */
  waiting: readonly TimelineEvent[];
}

/** What one event of history brings. */
export interface News {
  /** Events that journeys hear of now, in their order: the event itself, and those that had waited for its person. */
  readonly heard: readonly FoldedEvent[];
  readonly merges: readonly CustomerMerge[];
  readonly suppressions: readonly SuppressionChange[];
}

const NO_NEWS: News = { heard: [], merges: [], suppressions: [] };

/** An event whose facts are put together when somebody looks at them, which must be before the next event. */
class HeardOnce implements FoldedEvent {
  private seen: FactsSnapshot | undefined;

  constructor(
    readonly event: DomainEvent,
    readonly customerId: string,
    readonly orderId: string | null,
    private readonly people: Pick<PeopleOfThen, 'snapshot'>,
  ) {}

  get snapshot(): FactsSnapshot {
    this.seen ??= this.people.snapshot(this.customerId, this.orderId);
    return this.seen;
  }
}

/**
 * What was known of people at a moment of history: events are folded one after the other, by the functions of intake, into facts
 * that are kept in memory. Nothing is kept of an event beyond what it changed, unless its person isn't known yet.
 */
export class PeopleOfThen {
  private readonly customers = new Map<string, Customer>();
  private readonly owners = new Map<string, Customer>();
  private readonly orders = new Map<string, Order>();
  private readonly ordersById = new Map<string, Order>();
  private made = 0;

  constructor(
    private readonly shop: ShopFacts,
    private readonly secrets: SecretPort,
  ) {}

  take(source: TimelineEvent): News {
    return this.takePlain(source) ?? this.takeAny(source);
  }

  /**
   * Most news is of one person and an order of theirs: it changes their facts and nothing else. Undefined for news that may merge
   * people, move an order or be of nobody known, and for news of consent, which reaches further.
   */
  private takePlain(source: TimelineEvent): News | undefined {
    const { event } = source;
    const known = event.type === 'consent.changed' ? undefined : this.together(event);
    if (!known) return undefined;
    const { customer, isNamed } = known;
    const order =
      event.order && (this.orders.get(event.order.externalId) ?? this.begin(event.order.externalId, customer));
    if (order) {
      order.facts = applyToOrder(order.facts, event);
      order.placedAt = order.facts.placedAt;
    }
    customer.facts = applyToCustomer(customer.facts, isNamed ? event : { ...event, customer: undefined });
    if (source.customerId !== null) customer.knownAs = source.customerId;
    return { ...NO_NEWS, heard: [new HeardOnce(event, customer.id, order?.id ?? null, this)] };
  }

  /** The one customer that everything in an event speaks of, be it for the first time; undefined where that takes finding out. */
  private together({ customer: ref, order: orderRef, type }: DomainEvent) {
    const order = orderRef && this.orders.get(orderRef.externalId);
    const named = identitiesOf(ref);
    const isNamed = named.length > 0;
    const customer = order ? order.owner : this.ownerOf(named[0]);
    if (order ? !customer : !isNamed) return undefined;
    if (named.some((identity) => this.ownerOf(identity) !== (customer ?? undefined))) return undefined;
    // a carrier's word on a parcel describes nobody
    return { customer: customer ?? this.welcome(named), isNamed: isNamed && !(order && type.startsWith('shipment.')) };
  }

  private welcome(identities: readonly Identity[]): Customer {
    const customer = this.saveCustomer(this.newId(), EMPTY_CUSTOMER);
    for (const { kind, value } of identities) this.owners.set(`${kind}|${value}`, customer);
    return customer;
  }

  private begin(externalId: string, owner: Customer): Order {
    return this.saveOrder({ id: this.newId(), externalId, customerId: owner.id, facts: emptyOrder(externalId) });
  }

  private takeAny(source: TimelineEvent): News {
    const { event } = source;
    const known = this.load(event);
    const order = event.order && this.orders.get(event.order.externalId);
    const waiting = order && order.owner === null && identitiesOf(event.customer).length > 0 ? order.waiting : [];
    const batch = foldBatch(this.shop, known, waiting, [source], () => this.newId());
    this.save(batch.changes);
    const [entry] = batch.folded;
    if (entry?.person && source.customerId !== null)
      this.customerOf(present(entry.person).id).knownAs = source.customerId;
    return {
      heard: batch.known.flatMap((folded) => this.toFoldedEvent(folded)),
      merges: batch.changes.merges,
      suppressions: suppressionChanges(batch.known, this.secrets),
    };
  }

  /** @param orderId our id of the order, as folded events name it */
  snapshot(customerId: string, orderId: string | null): FactsSnapshot {
    const customer = this.customerOf(customerId);
    const order = orderId === null ? undefined : this.ordersById.get(orderId);
    const owner = order?.owner;
    const placed = placedBy(customer);
    return {
      shop: this.shop,
      customerId: customer.knownAs,
      customer: customer.facts,
      orderCount: placed.size,
      order: order ? order.facts : null,
      position: { ordinal: owner ? ordinalOf(order.externalId, owner === customer ? placed : placedBy(owner)) : 0 },
    };
  }

  /** Everybody, or every order whose person is known. */
  *subjects(of: 'customer' | 'order'): Iterable<FactsSubject> {
    if (of === 'customer')
      for (const { id, mergedInto } of this.customers.values()) {
        if (mergedInto === null) yield { customerId: id, orderId: null };
      }
    else for (const { id, owner } of this.orders.values()) if (owner) yield { customerId: owner.id, orderId: id };
  }

  /** Undefined while nothing was told of it. */
  orderFacts(externalId: string): OrderFacts | undefined {
    return this.orders.get(externalId)?.facts;
  }

  /** The id under which the shop knows the customer today. */
  knownAs(customerId: string): string {
    return this.customerOf(customerId).knownAs;
  }

  /** Facts of the person's orders. */
  ordersOf(customerId: string): OrderFacts[] {
    return this.customerOf(customerId).orders.map(({ facts }) => facts);
  }

  private newId(): string {
    this.made += 1;
    return this.made.toString(36).padStart(9, '0');
  }

  private load({ customer: ref, order: orderRef }: TimelineEvent['event']): KnownPeople {
    const found = new Set<Customer>();
    const identities: KnownPeople['identities'][number][] = [];
    for (const { kind, value } of identitiesOf(ref)) {
      const customer = this.ownerOf({ kind, value });
      if (!customer) continue;
      found.add(customer);
      identities.push({ kind, value, customerId: customer.id });
    }
    const order = orderRef && this.orders.get(orderRef.externalId);
    if (order?.owner) found.add(order.owner);
    const customers = [...found];
    return {
      identities,
      customers: customers.map((customer) => ({
        id: customer.id,
        facts: customer.facts,
        createdAt: customer.bornAt,
      })),
      orders: order
        ? [
            {
              id: order.id,
              externalId: order.externalId,
              customerId: order.owner?.id ?? null,
              facts: order.facts,
            },
          ]
        : [],
      placed: customers.flatMap((customer) =>
        [...placedBy(customer)].map(([externalId, placedAt]) => ({ customerId: customer.id, externalId, placedAt })),
      ),
    };
  }

  private save(changes: FactsChanges): void {
    for (const { id, facts } of changes.customers) this.saveCustomer(id, facts);
    for (const { loser, survivor } of changes.merges) this.merge(this.customerOf(loser), this.customerOf(survivor));
    for (const { kind, value, customerId } of changes.identities)
      this.owners.set(`${kind}|${value}`, this.customerOf(customerId));
    for (const order of changes.orders) this.saveOrder(order);
    for (const { externalId } of changes.links) {
      const order = this.orders.get(externalId);
      if (order) order.waiting = [];
    }
    for (const source of changes.events) if (source.customerId === null) this.park(source);
  }

  private saveCustomer(id: string, facts: CustomerFacts): Customer {
    let customer = this.customers.get(id);
    if (customer) customer.facts = facts;
    else {
      customer = { id, bornAt: this.customers.size, knownAs: id, facts, orders: [], mergedInto: null };
      this.customers.set(id, customer);
    }
    return customer;
  }

  private merge(loser: Customer, survivor: Customer): void {
    loser.mergedInto = survivor;
    for (const order of loser.orders) order.owner = survivor;
    survivor.orders = [...survivor.orders, ...loser.orders];
    loser.orders = [];
  }

  private saveOrder({ id, externalId, customerId, facts }: FactsChanges['orders'][number]): Order {
    let order = this.orders.get(externalId);
    if (!order) {
      order = { id, externalId, owner: null, placedAt: null, waiting: [], facts };
      this.orders.set(externalId, order);
      this.ordersById.set(id, order);
    }
    order.placedAt = facts.placedAt;
    order.facts = facts;
    const owner = customerId === null ? null : this.customerOf(customerId);
    if (owner === order.owner) return order;
    const former = order.owner;
    if (former) former.orders = former.orders.filter((other) => other !== order);
    owner?.orders.push(order);
    order.owner = owner;
    return order;
  }

  /** In the order of occurrence, as intake reads them. */
  private park(source: TimelineEvent): void {
    const order = source.event.order && this.orders.get(source.event.order.externalId);
    if (!order) return;
    order.waiting = [...order.waiting, source].sort((a, b) => (a.event.occurredAt < b.event.occurredAt ? -1 : 1));
  }

  private toFoldedEvent({ source, person, order, snapshot }: Folded): FoldedEvent[] {
    if (!person || !snapshot) return [];
    const customer = this.customerOf(present(person).id);
    return [
      {
        event: source.event,
        customerId: customer.id,
        orderId: order?.id ?? null,
        snapshot: { ...snapshot, customerId: customer.knownAs },
      },
    ];
  }

  private ownerOf(identity: Identity | undefined): Customer | undefined {
    const owner = identity && this.owners.get(`${identity.kind}|${identity.value}`);
    return owner && presentOf(owner);
  }

  private customerOf(id: string): Customer {
    const customer = this.customers.get(id);
    if (!customer) throw new Error(`There is no customer ${id}.`);
    return presentOf(customer);
  }
}

function presentOf(customer: Customer): Customer {
  let current = customer;
  while (current.mergedInto) current = current.mergedInto;
  return current;
}

function placedBy({ orders }: Customer): Map<string, string> {
  const placed = new Map<string, string>();
  for (const { externalId, placedAt } of orders) if (placedAt !== null) placed.set(externalId, placedAt);
  return placed;
}
