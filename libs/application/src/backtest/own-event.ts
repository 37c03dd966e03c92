import { type DomainEvent, type Instant, type JourneyPlan, toIso } from '#app/domain';
import type { FoldedEvent } from '../journeys/journey-runtime.port.js';
import type { Known } from '../journeys/runtime/run-batch.js';

/** What Afterglow would tell a journey about somebody whom a date or a schedule lets in. */
export function ownEventOf({ trigger, document }: JourneyPlan, known: Known, at: Instant, data: object): FoldedEvent {
  const { customerId, orderId, snapshot } = known;
  const time = toIso(at);
  const event = {
    id: `${trigger.event}-${customerId}-${orderId ?? ''}-${time}`,
    type: trigger.event,
    occurredAt: time,
    receivedAt: time,
    ...(snapshot.order ? { order: { externalId: snapshot.order.id } } : {}),
    data: { journey: document.key, ...data },
  } as DomainEvent;
  return { event, customerId, orderId, snapshot };
}
