import { Injectable } from '@nestjs/common';
import {
  type ConsentEntry,
  type ConsentHistory,
  type ConsentingPerson,
  ConsentStore,
  type HashedAddress,
  type Transaction,
} from '#app/application';
import { type CustomerFacts, OPTIONAL_CLASSES } from '#app/domain';
import { readCursor, writeCursor } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';
import { presentId } from './present-customer.sql.js';

interface PersonRow {
  readonly id: string;
  readonly facts: CustomerFacts;
  readonly now: Date;
}

interface EntryRow {
  readonly id: string;
  readonly channel: ConsentEntry['channel'];
  readonly state: ConsentEntry['state'];
  readonly classes: string[] | null;
  readonly level: ConsentEntry['level'];
  readonly at: Date;
  readonly recorded_at: Date;
  readonly proof: string | null;
  readonly order_external_id: string | null;
  readonly source_id: string | null;
  readonly source_kind: string | null;
  readonly source_name: string | null;
  /** With microseconds, which Date doesn't hold. */
  readonly place: string;
}

const PERSON = `
  select c.id, c.facts, app.now() as now from app.customer a
  join app.customer c on c.shop_id = a.shop_id and c.id = ${presentId('a')} where a.shop_id = app.current_shop() and a.id = $1`;

const CLASSES = `array[${OPTIONAL_CLASSES.map((each) => `'${each}'`).join(', ')}]`;
const CURSOR = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z\|[a-z0-9-]{1,80}$/;

const HISTORY = `
with said as (
  select r.inbox_id || '-' || r.ordinal || '-' || r.channel as id, r.channel, r.state, r.classes, r.level, r.at, r.recorded_at, r.proof,
    r.order_external_id, r.source_id
  from app.consent_record r where r.shop_id = app.current_shop() and r.customer_id = $1
  union all
  select 'suppression-' || s.medium, s.medium, 'suppressed', case s.scope when 'all' then null else ${CLASSES} end, null, s.created_at,
    s.created_at, s.reason, null, null
  from app.suppression s
  where s.shop_id = app.current_shop() and (s.medium, s.address_hmac) in (select * from unnest($2::text[], $3::bytea[]))
  union all
  select 'soft-bounces-' || b.medium, b.medium, 'suppressed', null, null, b.held_at, b.held_at, 'soft bounces', null, null
  from app.soft_bounce b
  where b.shop_id = app.current_shop() and (b.medium, b.address_hmac) in (select * from unnest($2::text[], $3::bytea[]))
    and b.held_until > app.now()
)
select t.*, s.kind as source_kind, s.name as source_name,
  to_char(t.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place
from said t left join app.source s on s.shop_id = app.current_shop() and s.id = t.source_id
where $4::timestamptz is null or (t.at, t.id) < ($4::timestamptz, $5::text)
order by t.at desc, t.id desc limit $6`;

@Injectable()
export class PgConsentStore extends ConsentStore {
  async person(tx: Transaction, customerId: string, lock: boolean): Promise<ConsentingPerson | null> {
    const [row] = await pg(tx).query<PersonRow>(lock ? `${PERSON} for no key update of c` : PERSON, [customerId]);
    return row ? { customerId: row.id, customer: row.facts, now: row.now.getTime() } : null;
  }

  async keepFacts(tx: Transaction, customerId: string, customer: CustomerFacts): Promise<void> {
    const sql =
      'update app.customer set facts = $2, updated_at = app.now() where shop_id = app.current_shop() and id = $1';
    await pg(tx).run(sql, [customerId, JSON.stringify(customer)]);
  }

  async history(
    tx: Transaction,
    customerId: string,
    addresses: readonly HashedAddress[],
    { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
  ): Promise<ConsentHistory> {
    const [place = null, id = null] = cursor === null ? [] : readCursor(cursor, CURSOR);
    const media = addresses.map(({ medium }) => medium);
    const hashes = addresses.map(({ fingerprint }) => Buffer.from(fingerprint));
    const rows = await pg(tx).query<EntryRow>(HISTORY, [customerId, media, hashes, place, id, limit + 1]);
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1) : undefined;
    return { items: items.map(toEntry), next: last ? writeCursor(last.place, last.id) : null };
  }
}

function toEntry(row: EntryRow): ConsentEntry {
  const { id, channel, state, classes, level, at, recorded_at, proof, order_external_id: order } = row;
  const { source_id, source_kind: kind, source_name: name } = row;
  const source = source_id !== null && kind !== null && name !== null ? { id: source_id, kind, name } : null;
  const times = { at: at.toISOString(), recordedAt: recorded_at.toISOString() };
  return { id, channel, state, classes, level, ...times, proof, source, order };
}
