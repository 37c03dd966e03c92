import { Injectable } from '@nestjs/common';
import {
  type CallFilter,
  type CallRecord,
  CallStore,
  type CallState,
  type CallView,
  type ClaimedCall,
  type DueCall,
  type Page,
  type PageRequest,
  type Transaction,
} from '#app/application';
import type { Instant, Json } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { afterCreated, pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';
import { presentId } from '../facts/present-customer.sql.js';

interface DueRow extends QueryResultRow {
  readonly id: string;
  readonly url: string;
  readonly payload: Json;
  readonly is_held: boolean;
  readonly is_archived: boolean;
  readonly wall: Date;
}

interface ViewRow extends QueryResultRow {
  readonly id: string;
  readonly url: string;
  readonly payload: Json;
  readonly state: CallState;
  readonly reason: string | null;
  readonly status: number | null;
  readonly answer: string | null;
  readonly attempts: number;
  readonly journey: string;
  readonly step: string;
  readonly run_id: string;
  readonly customer_id: string;
  readonly due_at: Date;
  readonly not_before: Date;
  readonly sent_at: Date | null;
}

const LOAD = `
select c.id, c.epoch, c.url, c.payload, app.lease_now() as wall,
  c.held or j.state = 'paused' or (select s.paused_at is not null from app.shop s where s.id = app.current_shop()) as is_held,
  j.state = 'archived' as is_archived
from unnest($1::uuid[], $2::integer[]) as k (id, epoch)
join app.webhook_call c on c.shop_id = app.current_shop() and c.id = k.id and c.epoch = k.epoch
join app.journey j on j.shop_id = c.shop_id and j.id = c.journey_id
where c.state = 'claimed'`;

const RECORD = `
with recorded as (
  update app.webhook_call c set
    state = $3, reason = $4, lease_until = null,
    not_before = case when $3 = 'queued' then app.now() + $5::double precision * interval '1 millisecond' else c.not_before end,
    attempts = case when $6 then greatest(c.attempts - 1, 0) else c.attempts end,
    held = c.held or ($7 and exists (select 1 from app.journey j where j.shop_id = c.shop_id and j.id = c.journey_id and j.state = 'paused')),
    status = case when $6 then c.status else $8 end, answer = case when $6 then c.answer else $9 end,
    sent_at = case when $3 = 'sent' then app.now() else c.sent_at end
  where c.shop_id = app.current_shop() and c.id = $1 and c.epoch = $2 and c.state = 'claimed'
  returning c.id, c.attempts
)
insert into app.dead_letter (shop_id, id, kind, ref_id, code, error, attempts)
select app.current_shop(), gen_random_uuid(), 'call', d.id, $10, $11, d.attempts from recorded d where $10::text is not null
on conflict do nothing`;

@Injectable()
export class PgCallStore extends CallStore {
  async claim(tx: Transaction, free: number, busy: readonly string[], leaseMs: number): Promise<ClaimedCall[]> {
    const rows = await pg(tx).query<{ shop_id: string; id: string; epoch: number; attempts: number }>(
      // a claim that is lost with the server's memory is no claim: it needn't wait for the disk
      `select c.*, set_config('synchronous_commit', 'off', true) as mode
       from app.claim_calls($1, $2::uuid[], $3::double precision * interval '1 millisecond') c`,
      [free, busy, leaseMs],
      'calls_claim',
    );
    return rows.map(({ shop_id: shopId, id, epoch, attempts }) => ({ shopId, id, epoch, attempts }));
  }

  async load(tx: Transaction, claims: readonly ClaimedCall[]): Promise<DueCall[]> {
    const columns = [claims.map(({ id }) => id), claims.map(({ epoch }) => epoch)];
    const rows = await pg(tx).query<DueRow>(LOAD, columns, 'calls_load');
    const byId = new Map(rows.map((row) => [row.id, row]));
    return claims.flatMap((claim) => {
      const row = byId.get(claim.id);
      if (!row) return [];
      const { url, payload, is_held: isHeld, is_archived: isArchived } = row;
      return [{ claim, url, payload, isHeld, isArchived, wallAt: row.wall.getTime() }];
    });
  }

  async record(tx: Transaction, record: CallRecord): Promise<void> {
    const { claim, state, reason, delayMs, isUncounted, isHeld, status, answer, deadLetter } = record;
    const values = [claim.id, claim.epoch, state, reason, delayMs, isUncounted, isHeld, status, answer];
    await pg(tx).query(RECORD, [...values, deadLetter?.code ?? null, deadLetter?.error ?? null], 'calls_record');
  }

  async list(tx: Transaction, { state, customer }: CallFilter, page: PageRequest): Promise<Page<CallView>> {
    const rows = await pg(tx).query<ViewRow>(
      `select t.id, t.url, t.payload, t.state, t.reason, t.status, t.answer, t.attempts, j.key as journey, t.step, t.run_id,
         t.customer_id, t.due_at, t.not_before, t.sent_at
       from app.webhook_call t join app.journey j on j.shop_id = t.shop_id and j.id = t.journey_id
       where t.shop_id = app.current_shop() and ($1::text is null or t.state = $1)
         and ($2::uuid is null or t.customer_id = (select ${presentId('c')} from app.customer c where c.id = $2))
         and ${afterCreated('app.webhook_call', 3, page)}
       order by t.created_at, t.id limit $4`,
      [state ?? null, customer ?? null, page.after, page.limit + 1],
    );
    return pageOf(rows, page, toView);
  }

  async secrets(tx: Transaction, lock: boolean): Promise<{ readonly sealed: string | null; readonly wallAt: Instant }> {
    const sql = `select s.secrets from app.webhook_secret s where s.shop_id = app.current_shop()${lock ? ' for update' : ''}`;
    const [[row], [clock]] = await Promise.all([
      pg(tx).query<{ secrets: string }>(sql),
      pg(tx).query<{ wall: Date }>('select app.lease_now() as wall'),
    ]);
    return { sealed: row?.secrets ?? null, wallAt: (clock as { wall: Date }).wall.getTime() };
  }

  async saveSecrets(tx: Transaction, sealed: string, onlyFirst: boolean): Promise<void> {
    await pg(tx).run(
      `insert into app.webhook_secret (shop_id, secrets) values (app.current_shop(), $1)
       on conflict (shop_id) do ${onlyFirst ? 'nothing' : 'update set secrets = excluded.secrets'}`,
      [sealed],
    );
  }
}

function toView(row: ViewRow): CallView {
  const { id, url, payload, state, reason, status, answer, attempts, journey, step } = row;
  return {
    id,
    url,
    payload,
    state,
    reason,
    status,
    answer,
    attempts,
    journey,
    step,
    run: row.run_id,
    customer: row.customer_id,
    dueAt: row.due_at.getTime(),
    nextAt: state === 'queued' ? row.not_before.getTime() : null,
    sentAt: row.sent_at?.getTime() ?? null,
  };
}
