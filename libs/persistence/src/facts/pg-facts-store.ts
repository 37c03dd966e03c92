import { Injectable } from '@nestjs/common';
import {
  type ClaimedBody,
  type FactsChanges,
  FactsStore,
  type Identity,
  type IdentityKind,
  type KnownCustomer,
  type KnownPeople,
  type OnceClaim,
  type SuppressionChange,
  type TimelineEvent,
  type Transaction,
} from '#app/application';
import { type CustomerFacts, type Instant, type OrderFacts, toIso, TransientError } from '#app/domain';
import { pg, type PgTransaction } from '../connection/pg-unit-of-work.js';
import { type EventRow, toTimelineEvent } from './event-rows.js';
import { saveFacts } from './save-facts.js';

/** lock_not_available */
const LOCK_TIMEOUT = '55P03';
const LOCK = `select pg_advisory_xact_lock(hashtextextended('intake|' || app.current_shop()::text, 0))`;

/** One look-up by key for each: where few were claimed when the table was analysed, a join reads all that waits. */
const STILL_CLAIMED = `
  select r.id from unnest($1::uuid[], $2::timestamptz[], $3::integer[]) as r (id, received_at, epoch)
  cross join lateral (
    select e.epoch, e.state from app.inbox_event e
    where e.shop_id = app.current_shop() and e.received_at = r.received_at and e.id = r.id offset 0) e
  where e.epoch = r.epoch and e.state = 'claimed'`;

const CLAIM_ONCE = `
  insert into app.inbox_dedupe (shop_id, source_id, dedupe_key, event_id, body_sha256)
  select distinct on (r.source_id, r.key) app.current_shop(), r.source_id, r.key, r.inbox_id, ''::bytea
  from unnest($1::uuid[], $2::text[], $3::uuid[]) with ordinality as r (source_id, key, inbox_id, n)
  order by r.source_id, r.key, r.n
  on conflict do nothing
  returning source_id, dedupe_key, event_id`;
const FIRST_TELLERS = `
  select d.source_id, d.dedupe_key, d.event_id from unnest($1::uuid[], $2::text[]) as r (source_id, key)
  join app.inbox_dedupe d on d.shop_id = app.current_shop() and d.source_id = r.source_id and d.dedupe_key = r.key`;

/** One look-up by key for each, whatever the planner believes about a table it has no statistics of. */
const IDENTITIES = `
  select r.kind, r.value, i.customer_id from unnest($1::text[], $2::text[]) as r (kind, value)
  cross join lateral (
    select o.customer_id from app.customer_identity o
    where o.shop_id = app.current_shop() and o.kind = r.kind and o.value = r.value offset 0) i`;
const ORDERS = 'select id, external_id, customer_id, facts from app.orders where external_id = any($1::text[])';
const CUSTOMERS = 'select id, facts, created_at from app.customer where id = any($1::uuid[])';
const PLACED = `
  select customer_id, external_id, facts->>'placedAt' as placed_at from app.orders
  where customer_id = any($1::uuid[]) and placed_at is not null`;

const WAITING = `
  select inbox_id, ordinal, source_id, received_at, type, occurred_at, customer_id, order_external_id, body
  from app.event where order_external_id = any($1::text[]) and customer_id is null
  order by occurred_at, received_at, inbox_id, ordinal`;

/** One look-up by key for each. */
const ERASED_NAMES = `
  select encode(r.hmac, 'hex') as fingerprint, e.erased_at from unnest($1::bytea[]) as r (hmac)
  cross join lateral (
    select n.erased_at from app.erased_name n where n.shop_id = app.current_shop() and n.name_hmac = r.hmac offset 0) e`;

const SUPPRESS = `
  insert into app.suppression as s (shop_id, medium, address_hmac, scope, reason, withdrawn)
  select app.current_shop(), r.medium, r.hmac, 'non_service', 'opted-out', true from unnest($1::text[], $2::bytea[]) as r (medium, hmac)
  order by r.medium, r.hmac
  on conflict (shop_id, medium, address_hmac) do update set withdrawn = true where not s.withdrawn`;
/** What was said before a list that somebody brought along was known when the list was made. */
const NEWER = `s.medium = r.medium and s.address_hmac = r.hmac and (s.said_at is null or r.at is null or s.said_at <= r.at)`;
const LIFT = `
  with r as (select * from unnest($1::text[], $2::bytea[], $3::timestamptz[]) as r (medium, hmac, at)),
  other as (update app.suppression s set withdrawn = false from r where ${NEWER} and s.scope = 'all' and s.withdrawn)
  delete from app.suppression s using r where ${NEWER} and s.scope = 'non_service'`;
const RETURN = `
  update app.suppression s set scope = 'non_service' from unnest($1::text[], $2::bytea[]) as r (medium, hmac)
  where s.medium = r.medium and s.address_hmac = r.hmac and s.scope = 'all' and s.reason = 'erased'`;

const SUPPRESSION_CHANGES = [
  ['return', RETURN],
  ['add', SUPPRESS],
  ['lift', LIFT],
] as const;

interface TellerRow {
  source_id: string;
  dedupe_key: string;
  event_id: string;
}

interface IdentityRow {
  kind: IdentityKind;
  value: string;
  customer_id: string;
}

interface OrderRow {
  id: string;
  external_id: string;
  customer_id: string | null;
  facts: OrderFacts;
}

/** Facts in PostgreSQL, read and written for a whole batch at a time. */
@Injectable()
export class PgFactsStore extends FactsStore {
  async lockIntake(tx: Transaction): Promise<void> {
    try {
      await pg(tx).query(LOCK, [], 'facts_lock');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === LOCK_TIMEOUT)) throw error;
      throw new TransientError(
        'unavailable',
        'Another worker is busy with the intake of this shop. The batch comes back by itself.',
        { cause: error },
      );
    }
  }

  async stillClaimed(tx: Transaction, bodies: readonly ClaimedBody[]): Promise<ReadonlySet<string>> {
    const columns = [
      bodies.map(({ id }) => id),
      bodies.map(({ receivedAt }) => receivedAt.toISOString()),
      bodies.map(({ epoch }) => epoch),
    ];
    const rows = await pg(tx).query<{ id: string }>(STILL_CLAIMED, columns, 'facts_still_claimed');
    return new Set(rows.map((row) => row.id));
  }

  async sourceSettings(tx: Transaction, sourceIds: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const rows = await pg(tx).query<{ id: string; settings: unknown }>(
      'select id, settings from app.source where id = any($1::uuid[])',
      [sourceIds],
      'facts_source_settings',
    );
    return new Map(rows.map((row) => [row.id, row.settings]));
  }

  async firstTellers(tx: Transaction, claims: readonly OnceClaim[]): Promise<string[]> {
    const sources = claims.map(({ sourceId }) => sourceId);
    const keys = claims.map(({ key }) => `once:${key}`);
    const values = [sources, keys, claims.map(({ inboxId }) => inboxId)];
    const claimed = await pg(tx).query<TellerRow>(CLAIM_ONCE, values, 'facts_claim_once');
    const tellers = new Map(claimed.map((row) => [`${row.source_id}|${row.dedupe_key}`, row.event_id]));
    const places = claims.map(({ sourceId }, index) => `${sourceId}|${keys[index]}`);
    // most happenings are told once
    if (places.some((place) => !tellers.has(place))) {
      const earlier = await pg(tx).query<TellerRow>(FIRST_TELLERS, [sources, keys], 'facts_first_tellers');
      for (const row of earlier) tellers.set(`${row.source_id}|${row.dedupe_key}`, row.event_id);
    }
    return places.map((place) => tellers.get(place) ?? '');
  }

  async load(
    tx: Transaction,
    sought: { readonly identities: readonly Identity[]; readonly orderExternalIds: readonly string[] },
  ): Promise<KnownPeople> {
    const db = pg(tx);
    const { identities: wanted, orderExternalIds } = sought;
    const [identityRows, orderRows] = await Promise.all([
      db.query<IdentityRow>(
        IDENTITIES,
        [wanted.map(({ kind }) => kind), wanted.map(({ value }) => value)],
        'facts_identities',
      ),
      db.query<OrderRow>(ORDERS, [orderExternalIds], 'facts_orders_by_external_id'),
    ]);
    const customerIds = [...new Set([...identityRows, ...orderRows].flatMap((row) => row.customer_id ?? []))];
    const [customers, placed] = await Promise.all([customersOf(db, customerIds), placedOrdersOf(db, customerIds)]);
    return {
      identities: identityRows.map(({ customer_id, ...identity }) => ({ ...identity, customerId: customer_id })),
      orders: orderRows.map(({ external_id, customer_id, ...order }) => ({
        ...order,
        externalId: external_id,
        customerId: customer_id,
      })),
      customers,
      placed,
    };
  }

  async waitingEvents(tx: Transaction, orderExternalIds: readonly string[]): Promise<TimelineEvent[]> {
    if (orderExternalIds.length === 0) return [];
    const rows = await pg(tx).query<EventRow>(WAITING, [orderExternalIds], 'facts_waiting_events');
    return rows.map(toTimelineEvent);
  }

  save(tx: Transaction, changes: FactsChanges): Promise<ReadonlySet<string>> {
    return saveFacts(pg(tx), changes);
  }

  async erasedNames(tx: Transaction, fingerprints: readonly Uint8Array[]): Promise<ReadonlyMap<string, Instant>> {
    if (fingerprints.length === 0) return new Map();
    const rows = await pg(tx).query<{ fingerprint: string; erased_at: Date }>(
      ERASED_NAMES,
      [fingerprints],
      'facts_erased_names',
    );
    return new Map(rows.map((row) => [row.fingerprint, row.erased_at.getTime()]));
  }

  async changeSuppressions(tx: Transaction, changes: readonly SuppressionChange[]): Promise<void> {
    for (const [action, sql] of SUPPRESSION_CHANGES)
      await applySuppressions(
        pg(tx),
        sql,
        changes.filter((change) => change.action === action),
      );
  }
}

async function customersOf(db: PgTransaction, ids: readonly string[]): Promise<KnownCustomer[]> {
  const rows = await db.query<{ id: string; facts: CustomerFacts; created_at: Date }>(
    CUSTOMERS,
    [ids],
    'facts_customers_by_id',
  );
  return rows.map(({ id, facts, created_at }) => ({ id, facts, createdAt: created_at.getTime() }));
}

async function placedOrdersOf(db: PgTransaction, customerIds: readonly string[]): Promise<KnownPeople['placed']> {
  const rows = await db.query<{ customer_id: string; external_id: string; placed_at: string }>(
    PLACED,
    [customerIds],
    'facts_placed',
  );
  return rows.map((row) => ({ customerId: row.customer_id, externalId: row.external_id, placedAt: row.placed_at }));
}

async function applySuppressions(db: PgTransaction, sql: string, changes: readonly SuppressionChange[]): Promise<void> {
  if (changes.length === 0) return;
  const addresses = [changes.map(({ medium }) => medium), changes.map(({ fingerprint }) => Buffer.from(fingerprint))];
  const times = changes.map(({ saidAt }) => (saidAt === undefined ? null : toIso(saidAt)));
  await db.run(sql, sql === LIFT ? [...addresses, times] : addresses);
}
