import type { TimelineEvent } from '#app/application';
import type { PgTransaction } from '../connection/pg-unit-of-work.js';

const INSERT = `
  insert into app.consent_record (shop_id, inbox_id, ordinal, channel, customer_id, order_external_id, source_id, state, level, classes,
    proof, at, recorded_at)
  select app.current_shop(), r.inbox_id, r.ordinal, r.channel, r.customer_id, r.order_external_id, r.source_id, r.state, r.level, r.classes,
    r.proof, r.at, r.recorded_at
  from jsonb_to_recordset($1::jsonb) as r (inbox_id uuid, ordinal smallint, channel text, customer_id uuid, order_external_id text,
    source_id uuid, state text, level text, classes text[], proof text, at timestamptz, recorded_at timestamptz)
  on conflict do nothing`;

/** Keeps what events say of consent. */
export async function saveConsents(tx: PgTransaction, events: readonly TimelineEvent[]): Promise<void> {
  const records = events.flatMap(recordsOf);
  if (records.length > 0) await tx.query(INSERT, [JSON.stringify(records)], 'facts_save_consents');
}

function recordsOf({ event, inboxId, ordinal, sourceId, customerId }: TimelineEvent): object[] {
  const told = {
    inbox_id: inboxId,
    ordinal,
    customer_id: customerId,
    order_external_id: event.order?.externalId ?? null,
    source_id: sourceId,
    at: event.occurredAt,
    recorded_at: event.receivedAt,
  };
  if (event.type === 'consent.changed') {
    const { channel, state, level, proof = null, classes = null } = event.data;
    return [{ ...told, channel, state, level, proof, classes }];
  }
  if (event.type !== 'order.placed') return [];
  const proof = `order ${event.order?.externalId ?? event.id}`;
  return (event.data.consents ?? []).map(({ channel }) => ({
    ...told,
    channel,
    state: 'opted_in',
    level: 'evidence',
    proof,
    classes: null,
  }));
}
