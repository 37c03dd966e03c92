import { Injectable } from '@nestjs/common';
import { type ClaimedTimer, type DueRun, TimerStore, type Transaction } from '#app/application';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';
import { keepJourneyStates } from './lifecycle-lock.js';
import { RUN_COLUMNS, type RunRow, toRun } from './run-rows.js';

/** Wall time within which a claimed batch must be decided; deciding 100 runs takes well under a second. */
const LEASE = '60 seconds';

interface ClaimRow extends QueryResultRow {
  readonly shop_id: string;
  readonly run_id: string;
  readonly due_at: Date;
  readonly attempts: number;
  readonly epoch: number;
  readonly is_suspect: boolean;
}

@Injectable()
export class PgTimerStore extends TimerStore {
  async claim(tx: Transaction, limit: number): Promise<ClaimedTimer[]> {
    const rows = await pg(tx).query<ClaimRow>(
      // a claim that is lost with the server's memory is no claim: it needn't wait for the disk
      `select shop_id, run_id, due_at, attempts, epoch, is_suspect, set_config('synchronous_commit', 'off', true) as mode
       from app.claim_due_timers($1, $2::interval) order by due_at, run_id`,
      [limit, LEASE],
      'timers_claim',
    );
    return rows.map((row) => ({
      shopId: row.shop_id,
      runId: row.run_id,
      dueAt: row.due_at.getTime(),
      attempts: row.attempts,
      epoch: row.epoch,
      isSuspect: row.is_suspect,
    }));
  }

  async lockDue(tx: Transaction, timers: readonly ClaimedTimer[]): Promise<DueRun[]> {
    const ids = timers.map((timer) => timer.runId);
    const epochs = timers.map((timer) => timer.epoch);
    const kept = keepJourneyStates(tx);
    const locked = pg(tx).query<RunRow>(
      `select ${RUN_COLUMNS}
       from unnest($1::uuid[], $2::integer[]) as c (run_id, epoch)
       join app.timer t on t.shop_id = app.current_shop() and t.run_id = c.run_id
       join app.journey_run r on r.shop_id = t.shop_id and r.id = t.run_id
       join app.journey j on j.shop_id = r.shop_id and j.id = r.journey_id
       where t.state = 'claimed' and t.epoch = c.epoch and not t.held and r.status = 'waiting' and j.state <> 'archived'
         and (select s.paused_at from app.shop s where s.id = t.shop_id) is null
       order by r.id for update of r, t`,
      [ids, epochs],
      'timers_lock_due',
    );
    const [rows] = await Promise.all([locked, kept]);
    if (rows.length < timers.length) await tidy(tx, ids, epochs);
    const runs = new Map(rows.map((row) => [row.id, toRun(row)]));
    return timers.flatMap((timer) => {
      const run = runs.get(timer.runId);
      return run ? [{ timer, run }] : [];
    });
  }

  async release(tx: Transaction, timer: ClaimedTimer): Promise<void> {
    await pg(tx).query(
      `update app.timer set state = 'scheduled', lease_until = null
       where shop_id = app.current_shop() and run_id = $1 and state = 'claimed' and epoch = $2`,
      [timer.runId, timer.epoch],
    );
  }

  async bury(tx: Transaction, timer: ClaimedTimer, code: string, error: string): Promise<void> {
    await pg(tx).query(
      `with dead as (
         update app.timer set state = 'dead', lease_until = null
         where shop_id = app.current_shop() and run_id = $1 and state = 'claimed' and epoch = $2 returning run_id, attempts
       )
       insert into app.dead_letter (shop_id, id, kind, ref_id, code, error, attempts)
       select app.current_shop(), gen_random_uuid(), 'timer', dead.run_id, $3, $4, dead.attempts from dead
       on conflict (shop_id, kind, ref_id) where state = 'open'
       do update set code = excluded.code, error = excluded.error, attempts = excluded.attempts`,
      [timer.runId, timer.epoch, code, error],
    );
  }
}

/** Claimed timers that nobody may fire: journey or shop was paused after the claim, or the run is over. */
async function tidy(tx: Transaction, ids: readonly string[], epochs: readonly number[]): Promise<void> {
  await pg(tx).query(
    `update app.timer t set state = 'scheduled', lease_until = null, attempts = greatest(t.attempts - 1, 0)
     from unnest($1::uuid[], $2::integer[]) as c (run_id, epoch)
     where t.shop_id = app.current_shop() and t.run_id = c.run_id and t.epoch = c.epoch and t.state = 'claimed'
       and (t.held or (select s.paused_at from app.shop s where s.id = t.shop_id) is not null)`,
    [ids, epochs],
  );
  await pg(tx).query(
    `delete from app.timer t using unnest($1::uuid[], $2::integer[]) as c (run_id, epoch)
     where t.shop_id = app.current_shop() and t.run_id = c.run_id and t.epoch = c.epoch and t.state = 'claimed'
       and not exists (select 1 from app.journey_run r join app.journey j on j.shop_id = r.shop_id and j.id = r.journey_id
         where r.shop_id = t.shop_id and r.id = t.run_id and r.status = 'waiting' and j.state <> 'archived')`,
    [ids, epochs],
  );
}
