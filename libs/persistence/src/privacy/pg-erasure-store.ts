import { Injectable } from '@nestjs/common';
import {
  type BodyCursor,
  type ClaimedErasure,
  ErasureStore,
  type ErasureWork,
  type KeptKey,
  type Name,
  type PersonRows,
  type SearchedBody,
  type Transaction,
} from '#app/application';
import { toIso } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';
import { BEGIN, FORGET_BODIES, FORGET_KEYS, IS_BUSY, NAMES } from './erasure.sql.js';
import type { Erasure, PersonalTable } from './personal-table.js';
import { PERSONAL_TABLES } from './personal-tables.js';
import { BODIES_OF_PERSON } from './traffic-tables.js';

/** Wall time for which nobody else takes a claimed erasure. */
const LEASE = '5 minutes';

interface BodyRow extends QueryResultRow {
  readonly id: string;
  readonly received_at: Date;
  readonly source_id: string;
  readonly kind: string;
  readonly body: string;
}

const BODY =
  'select t.id, t.received_at, t.source_id, t.kind, t.body from app.inbox_event t where t.shop_id = app.current_shop()';

@Injectable()
export class PgErasureStore extends ErasureStore {
  async namesOf(tx: Transaction, { recordIds }: PersonRows): Promise<Name[]> {
    const rows = await pg(tx).query<{ kind: Name['kind']; value: string }>(NAMES, [recordIds]);
    return rows.map(({ kind, value }) => ({ kind, value }));
  }

  async begin(tx: Transaction, erasure: Parameters<ErasureStore['begin']>[1]): Promise<void> {
    const { requestId, person, erasedAt, sealedNames, fingerprints, addresses } = erasure;
    const at = toIso(erasedAt);
    const db = pg(tx);
    await db.run(BEGIN.record, [person.recordIds, JSON.stringify(at)]);
    await db.run(BEGIN.names, [fingerprints, at]);
    await db.run(BEGIN.addresses, [
      addresses.map(({ medium }) => medium),
      addresses.map(({ fingerprint }) => fingerprint),
    ]);
    await db.run(BEGIN.identities, [person.recordIds]);
    await db.run(BEGIN.links, [person.recordIds]);
    await db.run(BEGIN.request, [requestId, sealedNames]);
  }

  async claim(tx: Transaction): Promise<ClaimedErasure | null> {
    const [row] = await pg(tx).query<{ shop_id: string; id: string }>(
      'select shop_id, id from app.claim_erasure($1::interval)',
      [LEASE],
    );
    return row ? { shopId: row.shop_id, id: row.id } : null;
  }

  async work(tx: Transaction, id: string): Promise<ErasureWork | null> {
    const [row] = await pg(tx).query<{ customer_id: string; names: string | null; attempts: number }>(
      `select customer_id, names, attempts from app.privacy_request where shop_id = app.current_shop() and id = $1 and state = 'open'`,
      [id],
    );
    return row ? { customerId: row.customer_id, names: row.names, attempts: row.attempts } : null;
  }

  async isBusy(tx: Transaction, { recordIds }: PersonRows): Promise<boolean> {
    const [row] = await pg(tx).query<{ busy: boolean }>(IS_BUSY, [recordIds]);
    return row?.busy ?? false;
  }

  async postpone(tx: Transaction, id: string, ms: number): Promise<void> {
    await pg(tx).run(
      `update app.privacy_request set lease_until = app.lease_now() + $2::double precision * interval '1 millisecond'
       where shop_id = app.current_shop() and id = $1 and state = 'open'`,
      [id, ms],
    );
  }

  async forgetKeys(tx: Transaction, { recordIds, orderExternalIds }: PersonRows): Promise<void> {
    await pg(tx).query(FORGET_KEYS, [recordIds, orderExternalIds]);
  }

  async bodiesOf(tx: Transaction, person: PersonRows, limit: number): Promise<SearchedBody[]> {
    const rows = await pg(tx).query<BodyRow>(`${BODY} and t.id in (${BODIES_OF_PERSON}) limit $3`, [
      person.recordIds,
      person.orderExternalIds,
      limit,
    ]);
    return rows.map(toBody);
  }

  async fruitlessBodies(tx: Transaction, after: BodyCursor | null, limit: number): Promise<SearchedBody[]> {
    const rows = await pg(tx).query<BodyRow>(
      `${BODY} and t.note is not null and ($1::timestamptz is null or (t.received_at, t.id) > ($1, $2::uuid))
       order by t.received_at, t.id limit $3`,
      [after?.receivedAt.toISOString() ?? null, after?.id ?? null, limit],
    );
    return rows.map(toBody);
  }

  async forgetBodies(tx: Transaction, bodies: readonly SearchedBody[], keys: readonly KeptKey[]): Promise<void> {
    await pg(tx).query('select app.forget_keys($1::uuid[], $2::text[])', [
      keys.map(({ sourceId }) => sourceId),
      keys.map(({ key }) => key),
    ]);
    await pg(tx).run(FORGET_BODIES, [
      bodies.map(({ receivedAt }) => receivedAt.toISOString()),
      bodies.map(({ id }) => id),
    ]);
  }

  tables(): readonly string[] {
    return PERSONAL_TABLES.filter(({ erasure }) => isOfItself(erasure)).map(({ table }) => table);
  }

  async empty(tx: Transaction, table: string, { recordIds, orderExternalIds }: PersonRows): Promise<number> {
    const rule = PERSONAL_TABLES.find((one) => one.table === table);
    if (!rule) return 0;
    const { erasure } = rule;
    if (erasure.rows === 'emptied' && erasure.by !== undefined) {
      const [row] = await pg(tx).query<{ n: number }>(`select ${erasure.by}($1::uuid[]) as n`, [recordIds]);
      return row?.n ?? 0;
    }
    return pg(tx).run(statementOf(rule), [recordIds, orderExternalIds]);
  }
}

/** What goes in a way of its own, or stays as it is, is no step. */
function isOfItself(erasure: Erasure): boolean {
  return erasure.rows === 'deleted' ? erasure.by === undefined : Object.keys(erasure.clears).length > 0;
}

/** Touches only rows that still hold something. Both parameters are named, whichever the condition uses. */
function statementOf({ table, rows, erasure }: PersonalTable): string {
  const whose = `t.shop_id = app.current_shop() and (${rows}) and ($1::uuid[], $2::text[]) is not null`;
  if (erasure.rows === 'deleted') return `delete from app.${table} t where ${whose}`;
  const clears = Object.entries(erasure.clears);
  const sets = clears.map(([column, value]) => `${column} = ${value}`).join(', ');
  const holds = clears.map(([column, value]) => `t.${column} is distinct from ${value}`).join(' or ');
  return `update app.${table} t set ${sets} where ${whose} and (${holds})`;
}

function toBody(row: BodyRow): SearchedBody {
  const { id, kind, body } = row;
  return { id, receivedAt: row.received_at, sourceId: row.source_id, kind, body };
}
