import { Injectable } from '@nestjs/common';
import { type OverdueAtStep, OverdueStore, type StoredRun, type Transaction } from '#app/application';
import { type Instant, toIso } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';
import { RUN_COLUMNS, type RunRow, toRun } from './run-rows.js';

const COUNT = `
select coalesce(r.step, m.step) as step, coalesce(r.n, 0)::integer as runs, coalesce(m.due - m.expired, 0)::integer as messages,
  coalesce(m.expired, 0)::integer as expired
from (
  select r.step, count(*) as n from app.journey_run r join app.timer t on t.shop_id = r.shop_id and t.run_id = r.id
  where r.shop_id = app.current_shop() and r.journey_id = $1 and r.status = 'waiting' and t.due_at <= $2
  group by r.step) r
full join (
  select m.step, count(*) as due, count(*) filter (where m.expires_at <= $2) as expired from app.message m
  where m.shop_id = app.current_shop() and m.journey_id = $1 and m.state = 'queued' and m.not_before <= $2
  group by m.step) m on m.step = r.step
order by 1`;

@Injectable()
export class PgOverdueStore extends OverdueStore {
  async pausedSince(tx: Transaction, journeyId: string): Promise<Instant | null> {
    const [row] = await pg(tx).query<{ at: Date }>(
      `select h.at from app.journey j join app.journey_history h on h.shop_id = j.shop_id and h.journey_id = j.id
       where j.shop_id = app.current_shop() and j.id = $1 and j.state = 'paused' and h.state = 'paused'
       order by h.id desc limit 1`,
      [journeyId],
    );
    return row?.at.getTime() ?? null;
  }

  count(tx: Transaction, journeyId: string, now: Instant): Promise<OverdueAtStep[]> {
    return pg(tx).query<OverdueAtStep & QueryResultRow>(COUNT, [journeyId, toIso(now)]);
  }

  async lockRuns(
    tx: Transaction,
    journeyId: string,
    now: Instant,
    { after, limit }: { readonly after: string | null; readonly limit: number },
  ): Promise<StoredRun[]> {
    const rows = await pg(tx).query<RunRow>(
      `select ${RUN_COLUMNS} from app.journey_run r join app.journey j on j.shop_id = r.shop_id and j.id = r.journey_id
       join app.timer t on t.shop_id = r.shop_id and t.run_id = r.id
       where r.shop_id = app.current_shop() and r.journey_id = $1 and r.status = 'waiting' and t.due_at <= $2 and t.held
         and ($3::uuid is null or r.id > $3)
       order by r.id limit $4 for update of r`,
      [journeyId, toIso(now), after, limit],
    );
    return rows.map(toRun);
  }

  async skipMessages(tx: Transaction, journeyId: string, now: Instant, limit: number): Promise<number> {
    const rows = await pg(tx).query(
      `update app.message set state = 'suppressed', reason = 'resumed:overdue'
       where shop_id = app.current_shop() and state = 'queued' and id in (
         select m.id from app.message m
         where m.shop_id = app.current_shop() and m.journey_id = $1 and m.state = 'queued' and m.held and m.not_before <= $2
         limit $3)
       returning 1`,
      [journeyId, toIso(now), limit],
    );
    return rows.length;
  }
}
