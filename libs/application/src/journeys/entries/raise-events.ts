import { Injectable } from '@nestjs/common';
import {
  type DomainEvent,
  type FactsSnapshot,
  type Instant,
  type Json,
  type OwnEventType,
  type ShopFacts,
  toIso,
} from '#app/domain';
import { FactsStore } from '../../facts/facts-store.port.js';
import { IdPort } from '../../ports/id.port.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import { type EventsReport, type FoldedEvent, JourneyRuntime } from '../journey-runtime.port.js';

/** Something that Afterglow itself tells a journey about a person. */
export interface OwnEvent {
  readonly type: OwnEventType;
  /** Business time. */
  readonly occurredAt: Instant;
  readonly data: { readonly journey: string; readonly [field: string]: Json };
  /** Our id. */
  readonly orderId: string | null;
  readonly snapshot: FactsSnapshot;
}

const NOTHING = { customers: [], merges: [], identities: [], orders: [], links: [] };

/** Puts events of our own onto people's timelines and tells the journeys, as intake does with those of senders. */
@Injectable()
export class RaiseEvents {
  constructor(
    private readonly facts: FactsStore,
    private readonly journeys: JourneyRuntime,
    private readonly ids: IdPort,
  ) {}

  /** The entries come in the order of the events. Expects the lock of the shop's intake. */
  async raise(tx: Transaction, shop: ShopFacts, now: Instant, events: readonly OwnEvent[]): Promise<EventsReport> {
    const folded = events.map((event) => this.folded(event, now));
    if (folded.length > 0) {
      const added = folded.map(({ event, customerId }) => {
        const inboxId = event.id.slice(0, -'-0'.length);
        return { event, inboxId, ordinal: 0, sourceId: shop.id, customerId };
      });
      await this.facts.save(tx, { ...NOTHING, events: added });
    }
    return this.journeys.onEvents(tx, shop, now, folded);
  }

  private folded({ type, occurredAt, data, orderId, snapshot }: OwnEvent, now: Instant): FoldedEvent {
    const { customerId, order } = snapshot;
    const event = {
      id: `${this.ids.next()}-0`,
      type,
      occurredAt: toIso(occurredAt),
      receivedAt: toIso(now),
      customer: identityOf(snapshot),
      ...(order === null ? {} : { order: { externalId: order.id } }),
      data,
    } as DomainEvent;
    return { event, customerId, orderId, snapshot };
  }
}

/** By one identity the person is found again when the timeline is folded once more. */
function identityOf({ customer: { externalIds, email, phone } }: FactsSnapshot): DomainEvent['customer'] {
  const [externalId] = externalIds;
  if (externalId !== undefined) return { externalId };
  if (email !== null) return { email };
  return phone === null ? undefined : { phone };
}
