import { Injectable } from '@nestjs/common';
import { endsHold, type Instant, MEDIA_OF_IDENTITY, type ShopFacts } from '#app/domain';
import { HeldMessages } from '../delivery/held-messages.port.js';
import {
  type FactsChanges,
  FactsStore,
  type Identity,
  type KnownPeople,
  type SuppressionChange,
} from '../facts/facts-store.port.js';
import { type PlacedAnswer, RecordAnswers } from '../feedback/record-answers.use-case.js';
import type { FoldedEvent } from '../journeys/journey-runtime.port.js';
import { IdPort } from '../ports/id.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { type ErasedNames, withoutErased } from '../privacy/erased-people.js';
import { fingerprintOf, keyOf, type Name, namesIn } from '../privacy/names.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { foldBatch, type Folded, type IncomingEvent } from './fold-batch.js';
import { identitiesOf, present } from './people.js';
import { suppressionChanges } from './suppression-changes.js';

export interface FoldedEvents {
  /** Events that are new to the timeline or to their person, in the order in which journeys take them. */
  readonly fresh: readonly FoldedEvent[];
  /** News of people who are erased. */
  readonly forgotten: readonly IncomingEvent[];
}

/**
 * Makes facts and timeline of a batch of events. Running it again with the same events changes nothing and returns none of them.
 */
@Injectable()
export class FoldEvents {
  constructor(
    private readonly store: FactsStore,
    private readonly answers: RecordAnswers,
    private readonly ids: IdPort,
    private readonly secrets: SecretPort,
    private readonly held: HeldMessages,
  ) {}

  /** News of people who are erased is left out. */
  async fold(tx: Transaction, shop: ShopFacts, now: Instant, told: readonly IncomingEvent[]): Promise<FoldedEvents> {
    if (told.length === 0) return { fresh: [], forgotten: [] };
    // what doesn't wait for an answer shares a round trip
    const [stored, erased] = await Promise.all([this.store.load(tx, soughtBy(told)), this.erasedNames(tx, told)]);
    const { living: events, forgotten, returning } = withoutErased(told, erased, knownIn(stored));
    const waiting = await this.store.waitingEvents(tx, ordersWithoutCustomer(events, stored.orders));
    const { folded, known, changes } = foldBatch(shop, stored, waiting, events, () => this.ids.next());
    const freed = peopleFreed(known, shop, now);
    if (freed.length > 0) await this.held.lock(tx, [...freed, ...peopleWritten(changes)]);
    const added = await this.store.save(tx, changes);
    if (freed.length > 0) await this.held.release(tx, freed);
    const isAdded = ({ source }: Folded): boolean => added.has(source.event.id);
    const waited = new Set<IncomingEvent>(waiting);
    const fresh = known.filter((entry) => isAdded(entry) || waited.has(entry.source));
    await this.answers.record(tx, folded.filter(isAdded).flatMap(toAnswer));
    const suppressions = [...this.returns(returning), ...suppressionChanges(fresh, this.secrets)];
    if (suppressions.length > 0) await this.store.changeSuppressions(tx, suppressions);
    return { fresh: fresh.flatMap(toFoldedEvent), forgotten };
  }

  private async erasedNames(tx: Transaction, events: readonly IncomingEvent[]): Promise<ErasedNames> {
    const fingerprints = new Map<string, Uint8Array>();
    for (const name of events.flatMap(({ event }) => namesIn(event)))
      if (!fingerprints.has(keyOf(name))) fingerprints.set(keyOf(name), fingerprintOf(this.secrets, name));
    const erased = await this.store.erasedNames(tx, [...fingerprints.values()]);
    if (erased.size === 0) return () => undefined;
    return (name) => {
      const fingerprint = fingerprints.get(keyOf(name));
      return fingerprint && erased.get(Buffer.from(fingerprint).toString('hex'));
    };
  }

  private returns(names: readonly Name[]): SuppressionChange[] {
    return names.flatMap(({ kind, value }): SuppressionChange[] => {
      const media = MEDIA_OF_IDENTITY[kind] ?? [];
      if (media.length === 0) return [];
      const fingerprint = this.secrets.fingerprint(value, 'address');
      return media.map((medium) => ({ medium, fingerprint, action: 'return' }));
    });
  }
}

function knownIn({ identities, orders }: KnownPeople): (name: Name) => boolean {
  const known = new Set<string>(identities.map(keyOf));
  for (const { externalId } of orders) known.add(keyOf({ kind: 'order', value: externalId }));
  return (name) => known.has(keyOf(name));
}

function soughtBy(events: readonly IncomingEvent[]): { identities: Identity[]; orderExternalIds: string[] } {
  const identities = new Map<string, Identity>();
  const orders = new Set<string>();
  for (const { event } of events) {
    for (const identity of identitiesOf(event.customer)) identities.set(`${identity.kind}|${identity.value}`, identity);
    if (event.order) orders.add(event.order.externalId);
  }
  return { identities: [...identities.values()], orderExternalIds: [...orders] };
}

/** Stored orders without a customer that may get one by these events. */
function ordersWithoutCustomer(
  events: readonly IncomingEvent[],
  orders: readonly { externalId: string; customerId: string | null }[],
): string[] {
  const naming = new Set(
    events.flatMap(({ event }) =>
      event.order && identitiesOf(event.customer).length > 0 ? [event.order.externalId] : [],
    ),
  );
  return orders
    .filter(({ externalId, customerId }) => customerId === null && naming.has(externalId))
    .map(({ externalId }) => externalId);
}

/** Those of whom an event says that what was wrong with their order is over. */
function peopleFreed(known: readonly Folded[], shop: ShopFacts, now: Instant): string[] {
  const freed = new Set<string>();
  for (const { person, orderBefore, snapshot } of known) {
    if (!person || !orderBefore || !snapshot?.order) continue;
    const zone = snapshot.customer.timeZone ?? shop.timeZone;
    if (endsHold(orderBefore, snapshot.order, zone, now)) freed.add(present(person).id);
  }
  return [...freed];
}

/** Writing locks them as well: all are locked at once, so that nobody waits in a circle. */
function peopleWritten({ customers, merges }: FactsChanges): string[] {
  return [...customers.map(({ id }) => id), ...merges.flatMap(({ loser, survivor }) => [loser, survivor])];
}

function toAnswer({ source, person, order }: Folded): PlacedAnswer[] {
  if (source.event.type !== 'survey.answered') return [];
  return [
    {
      event: source.event,
      inboxId: source.inboxId,
      customerId: person && present(person).id,
      orderId: order?.id ?? null,
    },
  ];
}

function toFoldedEvent({ source, person, order, orderBefore, snapshot }: Folded): FoldedEvent[] {
  if (!person || !snapshot) return [];
  const customerId = present(person).id;
  return [
    {
      event: source.event,
      customerId,
      orderId: order?.id ?? null,
      snapshot: { ...snapshot, customerId },
      orderBefore,
    },
  ];
}
