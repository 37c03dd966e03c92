import { Injectable } from '@nestjs/common';
import {
  type Page,
  type PageRequest,
  type PersonExport,
  type PersonRows,
  type PrivacyRequest,
  PrivacyRequests,
  type Transaction,
} from '#app/application';
import { toIso } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { afterCreated, pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';
import { presentId } from '../facts/present-customer.sql.js';
import { PERSONAL_TABLES } from './personal-tables.js';

interface RequestRow extends QueryResultRow {
  readonly id: string;
  readonly kind: PrivacyRequest['kind'];
  readonly customer_id: string;
  readonly origin: PrivacyRequest['origin'];
  readonly reason: PrivacyRequest['reason'];
  readonly reference: string | null;
  readonly state: PrivacyRequest['state'];
  readonly requested_at: Date;
  readonly due_at: Date;
  readonly done_at: Date | null;
  readonly counts: Record<string, number>;
}

const SELECT = `
select t.id, t.kind, t.customer_id, t.origin, t.reason, t.reference, t.state, t.requested_at, t.due_at, t.done_at, t.counts
from app.privacy_request t where t.shop_id = app.current_shop()`;

/** The record that $1 is, or was merged into. */
const PRESENT = `(select ${presentId('c')} from app.customer c where c.shop_id = app.current_shop() and c.id = $1)`;

const PERSON = `
select p.id, array(select c.id from app.customer c
    where c.shop_id = app.current_shop() and (c.id = p.id or c.merged_into = p.id)) as records,
  array(select o.external_id from app.orders o where o.shop_id = app.current_shop() and o.customer_id = p.id) as orders
from (select ${PRESENT} as id) p where p.id is not null`;

const ADD = `
insert into app.privacy_request (shop_id, id, kind, customer_id, origin, reason, reference, requested_at, due_at)
values (app.current_shop(), $1, $2, $3, $4, $5, $6, $7, $8)`;

const CLOSE = `
update app.privacy_request set state = 'done', done_at = app.now(), names = null, lease_until = null, counts = $2
where shop_id = app.current_shop() and id = $1 and state = 'open'`;

@Injectable()
export class PgPrivacyRequests extends PrivacyRequests {
  async list(
    tx: Transaction,
    filter: Parameters<PrivacyRequests['list']>[1],
    page: PageRequest,
  ): Promise<Page<PrivacyRequest>> {
    const rows = await pg(tx).query<RequestRow>(
      `${SELECT} and ($1::uuid is null or t.customer_id = ${PRESENT}) and ($2::text is null or t.kind = $2)
         and ($3::text is null or t.state = $3) and ${afterCreated('app.privacy_request', 4, page)}
       order by t.created_at, t.id limit $5`,
      [filter.customerId ?? null, filter.kind ?? null, filter.state ?? null, page.after, page.limit + 1],
    );
    return pageOf(rows, page, toRequest);
  }

  async find(tx: Transaction, id: string): Promise<PrivacyRequest | null> {
    const [row] = await pg(tx).query<RequestRow>(`${SELECT} and t.id = $1`, [id]);
    return row ? toRequest(row) : null;
  }

  async erasureOf(tx: Transaction, customerId: string): Promise<PrivacyRequest | null> {
    const [row] = await pg(tx).query<RequestRow>(`${SELECT} and t.kind = 'erase' and t.customer_id = ${PRESENT}`, [
      customerId,
    ]);
    return row ? toRequest(row) : null;
  }

  async add(tx: Transaction, request: Parameters<PrivacyRequests['add']>[1]): Promise<void> {
    const { id, kind, customerId, origin, reason, reference, requestedAt, dueAt } = request;
    await pg(tx).run(ADD, [id, kind, customerId, origin, reason, reference, toIso(requestedAt), toIso(dueAt)]);
  }

  async close(tx: Transaction, id: string, counts: Readonly<Record<string, number>> = {}): Promise<boolean> {
    return (await pg(tx).run(CLOSE, [id, JSON.stringify(counts)])) > 0;
  }

  async person(tx: Transaction, customerId: string): Promise<PersonRows | null> {
    const [row] = await pg(tx).query<{ id: string; records: string[]; orders: string[] }>(PERSON, [customerId]);
    return row ? { customerId: row.id, recordIds: row.records, orderExternalIds: row.orders } : null;
  }

  async everythingOf(tx: Transaction, { recordIds, orderExternalIds }: PersonRows): Promise<PersonExport['data']> {
    const data: [string, PersonExport['data'][string]][] = [];
    for (const { table, rows: condition, unexported = [] } of PERSONAL_TABLES) {
      const rows = await pg(tx).query<{ row: PersonExport['data'][string][number] }>(
        `select to_jsonb(t) - $3::text[] as row from app.${table} t
         where t.shop_id = app.current_shop() and (${condition}) and ($1::uuid[], $2::text[]) is not null`,
        [recordIds, orderExternalIds, ['shop_id', ...unexported]],
      );
      data.push([table, rows.map(({ row }) => row)]);
    }
    return Object.fromEntries(data);
  }

  async audit(tx: Transaction, action: PrivacyRequest['kind'], customerId: string): Promise<void> {
    await pg(tx).query(`select app.record_audit($1, 'customer', $2, '{}')`, [action, customerId]);
  }
}

function toRequest(row: RequestRow): PrivacyRequest {
  const { id, kind, origin, reason, reference, state, counts } = row;
  return {
    id,
    kind,
    customerId: row.customer_id,
    origin,
    reason,
    reference,
    state,
    requestedAt: row.requested_at.getTime(),
    dueAt: row.due_at.getTime(),
    doneAt: row.done_at?.getTime() ?? null,
    counts,
  };
}
