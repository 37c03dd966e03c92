import {
  type CustomerFacts,
  type CustomerRef,
  EMPTY_CUSTOMER,
  type Instant,
  type IsoInstant,
  mergeCustomers,
} from '#app/domain';
import type {
  ChangedCustomer,
  CustomerMerge,
  Identity,
  IdentityKind,
  KnownPeople,
  OwnedIdentity,
} from '../facts/facts-store.port.js';

/** A customer as a batch of events sees it. */
export interface Person {
  readonly id: string;
  facts: CustomerFacts;
  /** Elder records survive a merge; people of this batch are younger than all stored ones. */
  readonly bornAt: Instant;
  readonly isNew: boolean;
  isChanged: boolean;
  mergedInto: Person | null;
  /** Placed orders: time by the sender's order id. */
  readonly placed: Map<string, IsoInstant>;
}

/** The greatest instant that dates can express. */
const LATEST: Instant = 8.64e15;

/** The identities that an event names, the one that decides first. */
export function identitiesOf(ref: CustomerRef | undefined): Identity[] {
  const identities: Identity[] = [];
  if (ref?.externalId) identities.push({ kind: 'external', value: ref.externalId });
  if (ref?.email) identities.push({ kind: 'email', value: ref.email.trim().toLowerCase() });
  if (ref?.phone) identities.push({ kind: 'phone', value: ref.phone });
  return identities;
}

/** The record that a person's has been merged into, or their own. */
export function present(person: Person): Person {
  let current = person;
  while (current.mergedInto) current = current.mergedInto;
  return current;
}

/** Who is who while a batch of events is folded: finds, makes and merges people in memory. */
export class People {
  private readonly people = new Map<string, Person>();
  private readonly owners = new Map<string, Person>();
  private readonly gained: { readonly identity: Identity; readonly owner: Person }[] = [];

  constructor(
    known: KnownPeople,
    private readonly newId: () => string,
  ) {
    for (const { id, facts, createdAt } of known.customers) this.add({ id, facts, bornAt: createdAt, isNew: false });
    for (const { kind, value, customerId } of known.identities) {
      const owner = this.people.get(customerId);
      if (owner) this.owners.set(keyOf(kind, value), owner);
    }
    for (const { customerId, externalId, placedAt } of known.placed)
      this.people.get(customerId)?.placed.set(externalId, placedAt);
  }

  byId(id: string): Person | null {
    const person = this.people.get(id);
    return person ? present(person) : null;
  }

  /**
   * The person that an event names. Records that turn out to be one person's are merged, unless each has a sender's id of its
   * own: then the id decides and the other address stays where it is. `alongside`: someone who is named by other means.
   */
  resolve(ref: CustomerRef, alongside: Person | null): Person {
    const identities = identitiesOf(ref);
    const external = ref.externalId === undefined || ref.externalId === '' ? [] : [ref.externalId];
    const found = identities.map((identity) => this.owners.get(keyOf(identity.kind, identity.value)));
    let person: Person | null = null;
    for (const other of [...found, alongside]) {
      if (!other) continue;
      const candidate = present(other);
      if (
        candidate === person ||
        !mayBeOne([...external, ...(person?.facts.externalIds ?? [])], candidate.facts.externalIds)
      )
        continue;
      person = person ? this.merge(person, candidate) : candidate;
    }
    const resolved =
      person ?? this.add({ id: this.newId(), facts: EMPTY_CUSTOMER, bornAt: LATEST + this.people.size, isNew: true });
    for (const identity of identities) this.claim(identity, resolved);
    return resolved;
  }

  changes(): { customers: ChangedCustomer[]; merges: CustomerMerge[]; identities: OwnedIdentity[] } {
    const all = [...this.people.values()];
    return {
      customers: all
        .filter((person) => person.isChanged && !person.mergedInto)
        .map(({ id, facts, placed }) => ({ id, facts, orderCount: placed.size })),
      merges: all
        .filter((person) => person.mergedInto && !person.isNew)
        .map((person) => ({ loser: person.id, survivor: present(person).id })),
      identities: this.gained.map(({ identity, owner }) => ({ ...identity, customerId: present(owner).id })),
    };
  }

  private add(fields: Pick<Person, 'id' | 'facts' | 'bornAt' | 'isNew'>): Person {
    const person: Person = {
      ...fields,
      isChanged: fields.isNew,
      mergedInto: null,
      placed: new Map<string, IsoInstant>(),
    };
    this.people.set(person.id, person);
    return person;
  }

  private claim(identity: Identity, owner: Person): void {
    const key = keyOf(identity.kind, identity.value);
    if (this.owners.has(key)) return;
    this.owners.set(key, owner);
    this.gained.push({ identity, owner });
  }

  private merge(a: Person, b: Person): Person {
    const isElder = a.bornAt < b.bornAt || (a.bornAt === b.bornAt && a.id < b.id);
    const [survivor, loser] = isElder ? [a, b] : [b, a];
    survivor.facts = mergeCustomers(survivor.facts, loser.facts);
    survivor.isChanged = true;
    for (const [order, placedAt] of loser.placed) survivor.placed.set(order, placedAt);
    loser.mergedInto = survivor;
    return survivor;
  }
}

function keyOf(kind: IdentityKind, value: string): string {
  return `${kind}|${value}`;
}

/** Two records may be one person's when at most one of them has a sender's id, or they share one. */
function mayBeOne(a: readonly string[], b: readonly string[]): boolean {
  return a.length === 0 || b.length === 0 || a.some((id) => b.includes(id));
}
