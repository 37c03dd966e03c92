import type { TimelineEvent } from '#app/application';
import type { DomainEvent } from '#app/domain';

/** A row of app.event as statements select it. */
export interface EventRow {
  inbox_id: string;
  ordinal: number;
  source_id: string;
  received_at: Date;
  type: string;
  occurred_at: Date;
  customer_id: string | null;
  order_external_id: string | null;
  body: Pick<DomainEvent, 'customer' | 'order' | 'data'>;
}

export function toTimelineEvent(row: EventRow): TimelineEvent {
  const event = {
    ...row.body,
    type: row.type,
    occurredAt: row.occurred_at.toISOString(),
    receivedAt: row.received_at.toISOString(),
    id: `${row.inbox_id}-${row.ordinal}`,
  } as DomainEvent;
  return { event, inboxId: row.inbox_id, ordinal: row.ordinal, sourceId: row.source_id, customerId: row.customer_id };
}

/** The row of an event as jsonb_to_recordset reads it. */
export function toEventRecord({ event, inboxId, ordinal, sourceId, customerId }: TimelineEvent): object {
  return {
    received_at: event.receivedAt,
    inbox_id: inboxId,
    ordinal,
    source_id: sourceId,
    type: event.type,
    occurred_at: event.occurredAt,
    customer_id: customerId,
    order_external_id: event.order?.externalId ?? null,
    body: { customer: event.customer, order: event.order, data: event.data },
  };
}
