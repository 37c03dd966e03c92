import { Injectable } from '@nestjs/common';
import type { DomainEvent, Medium } from '#app/domain';
import type { IncomingEvent } from '../intake/fold-batch.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';

/** Beyond those that follow from events of messages. */
const FIRST_DERIVED = 10_000;

type ConsentEvent = Extract<DomainEvent, { type: 'consent.changed' }>;
type PlacedEvent = Extract<DomainEvent, { type: 'order.placed' }>;

/**
 * Where the shop wants opt-ins confirmed, those that senders tell wait for it: they go on as `pending`, by which journeys begin that
 * ask the person. What somebody confirmed to the sender, or said to us, stands.
 */
@Injectable()
export class HoldOptIns {
  constructor(private readonly shops: Shops) {}

  async run(tx: Transaction, events: readonly IncomingEvent[]): Promise<IncomingEvent[]> {
    if (!events.some(({ event }) => isOptIn(event))) return [...events];
    const media = await this.shops.doubleOptIn(tx);
    return media.length === 0 ? [...events] : events.flatMap((incoming) => held(incoming, media));
  }
}

function isOptIn(event: DomainEvent): boolean {
  if (event.type === 'order.placed') return (event.data.consents ?? []).length > 0;
  return event.type === 'consent.changed' && event.data.state === 'opted_in' && event.data.level !== 'confirmed';
}

function held(incoming: IncomingEvent, media: readonly Medium[]): IncomingEvent[] {
  const { event } = incoming;
  if (!isOptIn(event)) return [incoming];
  if (event.type === 'order.placed') return withoutEvidence(incoming, event, media);
  const { data } = event as ConsentEvent;
  if (!media.some((medium) => medium === data.channel)) return [incoming];
  return [{ ...incoming, event: { ...event, data: { ...data, state: 'pending' } } as ConsentEvent }];
}

/** What came along with an order becomes a word of its own. */
function withoutEvidence(incoming: IncomingEvent, event: PlacedEvent, media: readonly Medium[]): IncomingEvent[] {
  const { consents = [], ...data } = event.data;
  const held = consents.filter(
    ({ channel }, index) => media.includes(channel) && consents.findIndex((one) => one.channel === channel) === index,
  );
  const stays = consents.filter(({ channel }) => !media.includes(channel));
  if (held.length === 0) return [incoming];
  const { occurredAt, receivedAt, customer, order } = event;
  const asked = held.map(({ channel }, index): IncomingEvent => {
    const ordinal = FIRST_DERIVED + incoming.ordinal * 2 + index;
    const proof = `order ${order?.externalId ?? event.id}`;
    const said = { channel, state: 'pending', level: 'evidence', proof } as const;
    const id = `${incoming.inboxId}-${ordinal}`;
    return {
      ...incoming,
      ordinal,
      event: { id, type: 'consent.changed', data: said, occurredAt, receivedAt, customer, order },
    };
  });
  const rest = stays.length > 0 ? { ...data, consents: stays } : data;
  return [{ ...incoming, event: { ...event, data: rest } }, ...asked];
}
