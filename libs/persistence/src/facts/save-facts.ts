import type { CustomerMerge, FactsChanges, LinkedOrder } from '#app/application';
import type { PgTransaction } from '../connection/pg-unit-of-work.js';
import { FOLLOWING_ACTS, MERGE_ACTS } from '../acts/merge-acts.sql.js';
import { saveConsents } from './consent-rows.js';
import { toEventRecord } from './event-rows.js';

/** In the order of the ids, as everywhere, so that nobody waits in a circle. */
const CUSTOMERS = `
  insert into app.customer as c (shop_id, id, facts, email, phone, order_count)
  select app.current_shop(), r.id, r.facts, r.facts->>'email', r.facts->>'phone', r.order_count
  from jsonb_to_recordset($1::jsonb) as r (id uuid, facts jsonb, order_count integer)
  order by r.id
  on conflict (shop_id, id) do update
    set facts = excluded.facts, email = excluded.email, phone = excluded.phone, order_count = excluded.order_count, updated_at = app.now()`;

const IDENTITIES = `
  insert into app.customer_identity (shop_id, kind, value, customer_id)
  select app.current_shop(), r.kind, r.value, r.customer_id
  from unnest($1::text[], $2::text[], $3::uuid[]) as r (kind, value, customer_id)
  on conflict do nothing`;

const ORDERS = `
  insert into app.orders as o (shop_id, id, external_id, customer_id, placed_at, facts)
  select app.current_shop(), r.id, r.external_id, r.customer_id, (r.facts->>'placedAt')::timestamptz, r.facts
  from jsonb_to_recordset($1::jsonb) as r (id uuid, external_id text, customer_id uuid, facts jsonb)
  on conflict (shop_id, id) do update
    set customer_id = excluded.customer_id, placed_at = excluded.placed_at, facts = excluded.facts, updated_at = app.now()`;

const EVENTS = `
  insert into app.event (shop_id, received_at, inbox_id, ordinal, source_id, type, occurred_at, customer_id, order_external_id, body)
  select app.current_shop(), r.received_at, r.inbox_id, r.ordinal, r.source_id, r.type, r.occurred_at, r.customer_id, r.order_external_id, r.body
  from jsonb_to_recordset($1::jsonb) as r (received_at timestamptz, inbox_id uuid, ordinal smallint, source_id uuid, type text,
    occurred_at timestamptz, customer_id uuid, order_external_id text, body jsonb)
  on conflict do nothing
  returning inbox_id, ordinal`;

/** Tables whose rows follow their customer into the record that survives a merge. */
const FOLLOWING = [
  'customer_identity',
  'orders',
  'event',
  'consent_record',
  'journey_run',
  'message',
  'link_token',
  'survey_answer',
  ...FOLLOWING_ACTS,
] as const;

const MERGE = `
  with m as (select * from unnest($1::uuid[], $2::uuid[]) as m (loser, survivor)),
  ${FOLLOWING.map((table) => `moved_${table} as (update app.${table} t set customer_id = m.survivor from m where t.customer_id = m.loser)`).join(',\n  ')},
  ${MERGE_ACTS}
  update app.customer c set merged_into = m.survivor, order_count = 0, updated_at = app.now()
  from m where c.id = m.loser or c.merged_into = m.loser`;

const LINK = `
  with l as (select * from unnest($1::uuid[], $2::text[], $3::uuid[]) as l (order_id, external_id, customer_id)),
  consents as (update app.consent_record r set customer_id = l.customer_id from l
    where r.order_external_id = l.external_id and r.customer_id is null),
  answers as (update app.survey_answer a set customer_id = l.customer_id from l where a.order_id = l.order_id and a.customer_id is null)
  update app.event e set customer_id = l.customer_id from l where e.order_external_id = l.external_id and e.customer_id is null`;

/**
 * Writes what a batch changed, one statement for each kind of row; returns the ids of events that are new to the timeline. The
 * statements share one round trip and run in the order in which they are sent.
 */
export async function saveFacts(tx: PgTransaction, changes: FactsChanges): Promise<ReadonlySet<string>> {
  const { customers, merges, identities, orders, links, events } = changes;
  const sent: Promise<unknown>[] = [];
  if (customers.length > 0) sent.push(saveCustomers(tx, customers));
  if (merges.length > 0) sent.push(mergeRecords(tx, merges));
  if (identities.length > 0) sent.push(saveIdentities(tx, identities));
  if (orders.length > 0) sent.push(saveOrders(tx, orders));
  const added = saveEvents(tx, events);
  sent.push(saveConsents(tx, events));
  if (links.length > 0) sent.push(linkWaiting(tx, links));
  const [rows] = await Promise.all([added, ...sent]);
  return new Set(rows.map((row) => `${row.inbox_id}-${row.ordinal}`));
}

async function saveCustomers(tx: PgTransaction, customers: FactsChanges['customers']): Promise<void> {
  const records = customers.map(({ id, facts, orderCount }) => ({ id, facts, order_count: orderCount }));
  await tx.query(CUSTOMERS, [JSON.stringify(records)], 'facts_save_customers');
}

async function saveIdentities(tx: PgTransaction, identities: FactsChanges['identities']): Promise<void> {
  const columns = [
    identities.map(({ kind }) => kind),
    identities.map(({ value }) => value),
    identities.map(({ customerId }) => customerId),
  ];
  await tx.query(IDENTITIES, columns, 'facts_save_identities');
}

async function saveOrders(tx: PgTransaction, orders: FactsChanges['orders']): Promise<void> {
  const records = orders.map(({ id, externalId, customerId, facts }) => ({
    id,
    external_id: externalId,
    customer_id: customerId,
    facts,
  }));
  await tx.query(ORDERS, [JSON.stringify(records)], 'facts_save_orders');
}

function saveEvents(tx: PgTransaction, events: FactsChanges['events']) {
  return tx.query<{ inbox_id: string; ordinal: number }>(
    EVENTS,
    [JSON.stringify(events.map(toEventRecord))],
    'facts_save_events',
  );
}

async function mergeRecords(tx: PgTransaction, merges: readonly CustomerMerge[]): Promise<void> {
  await tx.run(MERGE, [merges.map(({ loser }) => loser), merges.map(({ survivor }) => survivor)]);
}

async function linkWaiting(tx: PgTransaction, links: readonly LinkedOrder[]): Promise<void> {
  await tx.run(LINK, [
    links.map(({ orderId }) => orderId),
    links.map(({ externalId }) => externalId),
    links.map(({ customerId }) => customerId),
  ]);
}
