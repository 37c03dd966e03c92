import { Injectable } from '@nestjs/common';
import { HeldMessages, type HeldPlace, type Transaction } from '#app/application';
import { HOLD_REASONS, MEDIA } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';
import { holdMonth } from './spending.js';

/** In the order of the ids, as everywhere, so that nobody waits in a circle. */
const LOCK = `
select c.id from app.customer c where c.shop_id = app.current_shop() and c.id = any($1::uuid[]) order by c.id for no key update`;

const RELEASE = `
update app.message m set not_before = app.now()
where m.shop_id = app.current_shop() and m.customer_id = any($1::uuid[]) and m.class <> 'service' and m.state = 'queued'
  and m.reason = any($2::text[]) and m.not_before > app.now()`;

/** A part of them, by when they were planned: $1 and $2 name the last one of the part before. */
const RELEASE_BUDGET = `
with part as materialized (
  select m.id, m.created_at from app.message m
  where m.shop_id = app.current_shop() and m.state = 'queued' and m.reason = 'shop-budget' and m.not_before > app.now()
    and ($1::timestamptz is null or (m.created_at, m.id) > ($1, $2::uuid))
  order by m.created_at, m.id limit $3 for no key update
), released as (
  update app.message m set not_before = app.now()
  where m.shop_id = app.current_shop() and m.id = any(array(select id from part))
)
select created_at::text as "plannedAt", id from part order by part.created_at, id`;

@Injectable()
export class PgHeldMessages extends HeldMessages {
  async lock(tx: Transaction, customerIds: readonly string[]): Promise<void> {
    await pg(tx).query(LOCK, [customerIds], 'held_lock');
  }

  async release(tx: Transaction, customerIds: readonly string[]): Promise<void> {
    await pg(tx).run(RELEASE, [customerIds, HOLD_REASONS]);
  }

  async awaitBudget(tx: Transaction): Promise<void> {
    for (const medium of MEDIA) await holdMonth(tx, medium);
  }

  async releaseBudget(tx: Transaction, after: HeldPlace | null, limit: number): Promise<HeldPlace | null> {
    const values = [after?.plannedAt ?? null, after?.id ?? null, limit];
    const rows = await pg(tx).query<HeldPlace & QueryResultRow>(RELEASE_BUDGET, values);
    return rows.length < limit ? null : (rows.at(-1) ?? null);
  }
}
