import { Injectable } from '@nestjs/common';
import type { ShopFacts } from '#app/domain';
import { FactsStore, type Identity } from '../facts/facts-store.port.js';
import { type PlacedAnswer, RecordAnswers } from '../feedback/record-answers.use-case.js';
import type { FoldedEvent } from '../journeys/journey-runtime.port.js';
import { IdPort } from '../ports/id.port.js';
import { SecretPort } from '../ports/secret.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { foldBatch, type Folded, type IncomingEvent } from './fold-batch.js';
import { identitiesOf, present } from './people.js';
import { suppressionChanges } from './suppression-changes.js';

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
  ) {}

  /** Events that are new to the timeline or to their person, in the order in which journeys take them. */
  async fold(tx: Transaction, shop: ShopFacts, events: readonly IncomingEvent[]): Promise<FoldedEvent[]> {
    if (events.length === 0) return [];
    const stored = await this.store.load(tx, soughtBy(events));
    const waiting = await this.store.waitingEvents(tx, ordersWithoutCustomer(events, stored.orders));
    const { folded, known, changes } = foldBatch(shop, stored, waiting, events, () => this.ids.next());
    const added = await this.store.save(tx, changes);
    const isAdded = ({ source }: Folded): boolean => added.has(source.event.id);
    const waited = new Set<IncomingEvent>(waiting);
    const fresh = known.filter((entry) => isAdded(entry) || waited.has(entry.source));
    await this.answers.record(tx, folded.filter(isAdded).flatMap(toAnswer));
    const suppressions = suppressionChanges(fresh, this.secrets);
    if (suppressions.length > 0) await this.store.changeSuppressions(tx, suppressions);
    return fresh.flatMap(toFoldedEvent);
  }
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
