import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { NormalisedEvent } from '#app/domain';
import { SourceRegistry } from '#app/sources';
import type pg from 'pg';
import { buildData, readTables } from '../replay/orders.js';
import { buildDays, eventOf, type Posting, webhookOf } from '../replay/stream.js';
import { randomHistory } from '../support/random-history.js';

const BATCH = 2_000;
const FIRST_DAY = '2016-01-01T00:00:00.000Z';
const GENERATED_ORDERS = 25_000;

const INSERT = `
  insert into app.event (shop_id, received_at, inbox_id, ordinal, source_id, type, occurred_at, customer_id, order_external_id, body)
  select $1, r.received_at, r.inbox_id, r.ordinal, $1, r.type, r.occurred_at, null, r.order_external_id, r.body
  from jsonb_to_recordset($2::jsonb) as r (received_at timestamptz, inbox_id uuid, ordinal smallint, type text, occurred_at timestamptz,
    order_external_id text, body jsonb)`;

/** People as intake would have found them, by what they are called first; their ids follow the order in which they came. */
const PEOPLE = [
  `create temporary table person as
   select ('00000000-0000-7000-8000-' || lpad(to_hex(row_number() over (order by min(received_at), name)), 12, '0'))::uuid as id, name
   from (select received_at, coalesce(body->'customer'->>'externalId', body->'customer'->>'email') as name from app.event) e
   where name is not null group by name`,
  `create temporary table owner as
   select distinct on (e.order_external_id) e.order_external_id, p.id
   from app.event e join person p on p.name = coalesce(e.body->'customer'->>'externalId', e.body->'customer'->>'email')
   where e.order_external_id is not null and e.type like 'order.%' order by 1, e.received_at`,
  'create index on owner (order_external_id)',
  'create index on person (name)',
  'analyze owner',
  'analyze person',
  `insert into app.customer (shop_id, id, facts, email)
   select $1, id, '{}', null from person`,
  `insert into app.orders (shop_id, id, external_id, customer_id, facts)
   select $1, gen_random_uuid(), order_external_id, id, '{}' from owner`,
  `update app.event e set customer_id = o.id from owner o where o.order_external_id = e.order_external_id`,
  `update app.event e set customer_id = p.id from person p
   where e.customer_id is null and p.name = coalesce(e.body->'customer'->>'externalId', e.body->'customer'->>'email')`,
];

interface Row {
  readonly received_at: string;
  readonly inbox_id: string;
  readonly ordinal: number;
  readonly type: string;
  readonly occurred_at: string;
  readonly order_external_id: string | null;
  readonly body: object;
}

/** Fills the timeline of a shop with the orders of the tables, or with made-up ones where there is no such folder. */
export async function fillHistory(client: pg.Client, shopId: string, folder: string | null): Promise<number> {
  await client.query(
    `select app.ensure_partitions($1::timestamptz + n * interval '1 month') from generate_series(0, 36) n`,
    [FIRST_DAY],
  );
  let rows: Row[] = [];
  let count = 0;
  const flush = async (): Promise<void> => {
    await client.query(INSERT, [shopId, JSON.stringify(rows)]);
    count += rows.length;
    rows = [];
  };
  for (const row of folder === null ? generated() : recorded(folder)) {
    rows.push(row);
    if (rows.length === BATCH) await flush();
  }
  await flush();
  for (const sql of PEOPLE) await client.query(sql, sql.includes('$1') ? [shopId] : []);
  for (const table of ['event', 'customer', 'orders']) await client.query(`vacuum analyze app.${table}`);
  return count;
}

export function dataFolder(name: string): string | null {
  const data = process.env['AFTERGLOW_DATA'] ?? path.resolve('..', 'shared', 'data');
  const folder = path.join(data, name);
  return readTables(folder) === undefined ? null : folder;
}

function* recorded(folder: string): Iterable<Row> {
  const tables = readTables(folder);
  if (!tables) throw new Error(`There are no tables in ${folder}.`);
  const seen = new Set<string>();
  for (const { postings } of buildDays(buildData(tables)))
    for (const posting of postings) {
      const inboxId = randomUUID();
      const receivedAt = new Date(posting.at).toISOString();
      for (const [ordinal, event] of eventsOf(posting).entries()) {
        if (event.onceKey !== undefined && seen.has(event.onceKey)) continue;
        if (event.onceKey !== undefined) seen.add(event.onceKey);
        yield rowOf(event, receivedAt, inboxId, ordinal);
      }
    }
}

function* generated(): Iterable<Row> {
  const history = randomHistory({ seed: 1, orders: GENERATED_ORDERS, people: 20_000, from: FIRST_DAY });
  for (const { id: _id, receivedAt, ...event } of history)
    yield rowOf(event as NormalisedEvent, receivedAt, randomUUID(), 0);
}

const shopify = new SourceRegistry().find('shopify');
const settings = shopify?.settings.parse({});

function eventsOf(posting: Posting): readonly NormalisedEvent[] {
  if (posting.kind === 'answer') {
    const { id: _id, ...answer } = eventOf(posting.answer) as NormalisedEvent & { id: string };
    return [{ ...answer, occurredAt: new Date(posting.at).toISOString() }];
  }
  const { topic, triggeredAt, webhookId, body } = webhookOf(posting);
  const headers = {
    'x-shopify-topic': topic,
    'x-shopify-triggered-at': triggeredAt,
    'x-shopify-webhook-id': webhookId,
    'x-shopify-shop-domain': 'bench.example',
  };
  const context = { settings, receivedAt: posting.at, shopTimeZone: 'America/Sao_Paulo', shopCurrency: 'BRL' };
  return shopify?.parse({ headers, body }, context).events ?? [];
}

function rowOf(event: NormalisedEvent, receivedAt: string, inboxId: string, ordinal: number): Row {
  return {
    received_at: receivedAt,
    inbox_id: inboxId,
    ordinal,
    type: event.type,
    occurred_at: event.occurredAt,
    order_external_id: event.order?.externalId ?? null,
    body: { customer: event.customer, order: event.order, data: event.data },
  };
}
