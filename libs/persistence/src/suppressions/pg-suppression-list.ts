import { Injectable } from '@nestjs/common';
import {
  type ListedSuppression,
  type Suppression,
  type SuppressionFilter,
  SuppressionList,
  type SuppressionPage,
  type SuppressionReason,
  type Transaction,
} from '#app/application';
import { MEDIA, type Medium, toIso } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { readCursor, writeCursor } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';
import { SUPPRESSED_BEFORE } from '../delivery/delivery.sql.js';

interface Row extends QueryResultRow {
  readonly is_soft: boolean;
  readonly medium: Medium;
  readonly hash: string;
  readonly scope: Suppression['scope'];
  readonly reason: string;
  readonly at: Date;
  /** With microseconds, which Date doesn't hold. */
  readonly place: string;
  readonly until: Date | null;
}

/** The first word of what is stored as reason; what follows is the detail. */
const REASON_OF: ReadonlyMap<string, SuppressionReason> = new Map([
  ['opted-out', 'unsubscribed'],
  ['unsubscribed', 'unsubscribed'],
  ['bounced', 'bounced'],
  ['recipient', 'bounced'],
  ['complained', 'complained'],
  ['erased', 'erased'],
  ['manual', 'manual'],
  ['soft-bounce', 'soft-bounce'],
]);

const MEDIUM = MEDIA.join('|');
const ID = new RegExp(`^(${MEDIUM})-([0-9a-f]{64})(-soft)?$`);
const CURSOR = new RegExp(String.raw`^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z)\|(${MEDIUM})\|([0-9a-f]{64})$`);

const ADD = `
insert into app.suppression as s (shop_id, medium, address_hmac, scope, reason, withdrawn, said_at, created_at)
select app.current_shop(), n.medium, decode(n.fingerprint, 'hex'), n.scope, n.reason, n.withdrawn,
  least(coalesce(n.said_at, app.now()), app.now()), least(coalesce(n.said_at, app.now()), app.now())
from json_to_recordset($1::json) as n (medium text, fingerprint text, scope text, reason text, withdrawn boolean, said_at timestamptz)
-- a list without days says nothing new of who is known to have withdrawn
where n.said_at is not null or not n.withdrawn or n.reason like 'complained%' or not exists (
  select from app.suppression k where k.shop_id = app.current_shop() and k.medium = n.medium
    and k.address_hmac = decode(n.fingerprint, 'hex') and (k.withdrawn or k.scope = 'non_service') and (k.scope = 'all' or n.scope <> 'all'))
order by n.medium, n.fingerprint
${SUPPRESSED_BEFORE}`;

const LISTED = `select false as is_soft, s.medium, s.address_hmac, s.scope, s.reason, s.created_at as at, null::timestamptz as until
  from app.suppression s where s.shop_id = app.current_shop()`;
const HELD = `select true as is_soft, b.medium, b.address_hmac, 'all' as scope, 'soft-bounce' as reason, b.held_at as at, b.held_until as until
  from app.soft_bounce b where b.shop_id = app.current_shop() and b.held_until > app.now()`;
const SHOWN = `r.is_soft, r.medium, encode(r.address_hmac, 'hex') as hash, r.scope, r.reason, r.at, r.until,
  to_char(r.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place`;

/** $1: medium, $2: hash, $3: first words of reasons, $4 to $6: the row before, $7: how many; each store in the order of its index. */
const PAGE = `
select ${SHOWN} from (
  (${LISTED} and ($1::text is null or s.medium = $1) and ($2::text is null or s.address_hmac = decode($2, 'hex'))
    and ($3::text[] is null or split_part(s.reason, ' ', 1) = any($3))
    and ($4::timestamptz is null or (s.created_at, s.medium, s.address_hmac) < ($4::timestamptz, $5::text, decode($6::text, 'hex')))
    order by s.created_at desc, s.medium desc, s.address_hmac desc limit $7)
  union all
  (${HELD} and b.held_at is not null and ($1::text is null or b.medium = $1) and ($2::text is null or b.address_hmac = decode($2, 'hex'))
    and ($3::text[] is null or 'soft-bounce' = any($3))
    and ($4::timestamptz is null or (b.held_at, b.medium, b.address_hmac) < ($4::timestamptz, $5::text, decode($6::text, 'hex')))
    order by b.held_at desc, b.medium desc, b.address_hmac desc limit $7)
) r order by r.at desc, r.medium desc, r.address_hmac desc limit $7`;

/** One look-up by key for each. */
const OF_HASHES = `
select ${SHOWN} from unnest($1::text[], $2::text[]) as w (medium, hash)
cross join lateral (
  ${LISTED} and s.medium = w.medium and s.address_hmac = decode(w.hash, 'hex')
  union all ${HELD} and b.medium = w.medium and b.address_hmac = decode(w.hash, 'hex')) r`;

const ADDRESSES = `
select i.value from app.customer_identity i
where i.shop_id = app.current_shop() and i.kind = $1 and i.value > $2 order by i.value limit $3`;

/** What the person has said for themselves outlasts what stood against the address. */
const LIFT = `
with kept as (
  update app.suppression s set scope = 'non_service', reason = 'opted-out'
  where s.shop_id = app.current_shop() and s.medium = $1 and s.address_hmac = decode($2, 'hex') and s.withdrawn returning 1)
delete from app.suppression s
where s.shop_id = app.current_shop() and s.medium = $1 and s.address_hmac = decode($2, 'hex') and not s.withdrawn`;
const LIFT_SOFT = `
delete from app.soft_bounce b where b.shop_id = app.current_shop() and b.medium = $1 and b.address_hmac = decode($2, 'hex')`;

@Injectable()
export class PgSuppressionList extends SuppressionList {
  async add(tx: Transaction, rows: readonly ListedSuppression[]): Promise<number> {
    if (rows.length === 0) return 0;
    const listed = rows.map(({ saidAt, isWithdrawn, ...row }) => ({
      ...row,
      withdrawn: isWithdrawn,
      said_at: saidAt === null ? null : toIso(saidAt),
    }));
    return pg(tx).run(ADD, [JSON.stringify(listed)]);
  }

  async page(
    tx: Transaction,
    { medium, reason, hash }: SuppressionFilter,
    { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
  ): Promise<SuppressionPage> {
    const place = cursor === null ? [null, null, null] : readCursor(cursor, CURSOR);
    const words = reason === undefined ? null : wordsOf(reason);
    const rows = await pg(tx).query<Row>(PAGE, [medium ?? null, hash ?? null, words, ...place, limit + 1]);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return {
      items: rows.slice(0, limit).map(toSuppression),
      next: last ? writeCursor(last.place, last.medium, last.hash) : null,
    };
  }

  async find(tx: Transaction, id: string): Promise<Suppression | null> {
    const [, medium, hash, soft] = ID.exec(id) ?? [];
    if (medium === undefined) return null;
    const table = soft === undefined ? 'suppression' : 'soft_bounce';
    await pg(tx).query(
      `select from app.${table} t where t.shop_id = app.current_shop() and t.medium = $1 and t.address_hmac = decode($2, 'hex') for update`,
      [medium, hash],
    );
    const rows = await pg(tx).query<Row>(OF_HASHES, [[medium], [hash]]);
    return rows.map(toSuppression).find((row) => row.id === id) ?? null;
  }

  async lift(tx: Transaction, { medium, hash, reason }: Suppression): Promise<void> {
    await pg(tx).run(reason === 'soft-bounce' ? LIFT_SOFT : LIFT, [medium, hash]);
  }

  async ofHashes(tx: Transaction, hashes: readonly Pick<Suppression, 'medium' | 'hash'>[]): Promise<Suppression[]> {
    if (hashes.length === 0) return [];
    const values = [hashes.map(({ medium }) => medium), hashes.map(({ hash }) => hash)];
    return (await pg(tx).query<Row>(OF_HASHES, values, 'suppressions_of_hashes')).map(toSuppression);
  }

  async addresses(tx: Transaction, medium: Medium, after: string, limit: number): Promise<string[]> {
    const kind = medium === 'email' ? 'email' : 'phone';
    const rows = await pg(tx).query<{ value: string }>(ADDRESSES, [kind, after, limit], 'suppressions_addresses');
    return rows.map(({ value }) => value);
  }
}

function toSuppression(row: Row): Suppression {
  const [word = '', ...detail] = row.reason.split(' ');
  return {
    id: `${row.medium}-${row.hash}${row.is_soft ? '-soft' : ''}`,
    medium: row.medium,
    hash: row.hash,
    scope: row.scope,
    reason: REASON_OF.get(word) ?? 'manual',
    detail: detail.join(' ') || null,
    since: row.at.getTime(),
    until: row.until?.getTime() ?? null,
  };
}

function wordsOf(reason: SuppressionReason): string[] {
  return [...REASON_OF].flatMap(([word, named]) => (named === reason ? [word] : []));
}
