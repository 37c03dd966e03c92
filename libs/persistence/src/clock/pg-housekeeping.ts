import { Injectable } from '@nestjs/common';
import { HousekeepingPort, SOFT_BOUNCE_DAYS, type Upkeep } from '#app/application';
import { DataSource } from 'typeorm';
import { ANSWER_KEPT } from '../once/pg-idempotency-keys.js';

const FORGET_BATCH = 5_000;
const FOLD_BATCH = 1_000;
/** Of the timeline that one statement reads. */
const CONSENT_HOURS = 4;

@Injectable()
export class PgHousekeeping extends HousekeepingPort {
  /** @param dedupeWindowDays how long a sender's ids are remembered */
  constructor(
    private readonly dataSource: DataSource,
    private readonly dedupeWindowDays: number,
  ) {
    super();
  }

  async reapLeases(): Promise<{ unknown: number; released: number }> {
    // connections that are always in use ask once: what they saw is kept fresh here
    await this.dataSource.query('select app.notice_server()');
    const rows = await this.dataSource.query<{ kind: string; n: string }[]>(
      `select kind, n from app.reap_leases() union all select 'calls', app.reap_calls()`,
    );
    const count = (kind: string): number => Number(rows.find((row) => row.kind === kind)?.n ?? 0);
    return { unknown: count('unknown'), released: count('released') + count('timers') + count('calls') };
  }

  async makePartitions(): Promise<number> {
    const rows = await this.dataSource.query<{ made: number }[]>('select app.ensure_partitions(app.now()) as made');
    return rows[0]?.made ?? 0;
  }

  foldEnded(): Promise<number> {
    return this.inBatches('select app.fold_runs($2, $1) as n', FOLD_BATCH, ['completed', 'exited', 'failed']);
  }

  foldWaiting(): Promise<number> {
    return this.inBatches('select app.fold_runs($2, $1) as n', FOLD_BATCH, ['waiting']);
  }

  forgetDedupeKeys(): Promise<number> {
    return this.inBatches(
      'select app.forget_dedupe_keys(clock_timestamp() - make_interval(days => $2), $1) as n',
      FORGET_BATCH,
      this.dedupeWindowDays,
    );
  }

  forgetIdempotencyKeys(): Promise<number> {
    return this.inBatches(
      `select app.forget_idempotency_keys(app.lease_now() - ${ANSWER_KEPT}, $1) as n`,
      FORGET_BATCH,
    );
  }

  forgetSoftBounces(): Promise<number> {
    return this.inBatches(
      'select app.forget_soft_bounces(app.now() - make_interval(days => $2), $1) as n',
      FORGET_BATCH,
      SOFT_BOUNCE_DAYS,
    );
  }

  async keepConsents(hours: number): Promise<number> {
    let total = 0;
    for (let ago = hours; ago > 0; ago -= CONSENT_HOURS) {
      // a part overlaps the next, for the time that it takes
      const rows = await this.dataSource.query<{ n: number }[]>(
        `select app.keep_consents(app.now() - make_interval(hours => $1), app.now() - make_interval(hours => $2, mins => -1)) as n`,
        [ago, ago - CONSENT_HOURS],
      );
      total += rows[0]?.n ?? 0;
    }
    return total;
  }

  async upkeep(): Promise<Upkeep> {
    const rows = await this.dataSource.query<{ oldest_transaction_s: number; dead_rows: string; live_rows: string }[]>(
      'select oldest_transaction_s, dead_rows, live_rows from app.upkeep()',
    );
    const { oldest_transaction_s: oldestTransactionS = 0, dead_rows: dead = 0, live_rows: live = 0 } = rows[0] ?? {};
    return { oldestTransactionS, deadRows: Number(dead), liveRows: Number(live) };
  }

  /** @param sql takes the size of a batch as $1 and tells how many rows it found */
  private async inBatches(sql: string, size: number, ...values: readonly unknown[]): Promise<number> {
    let total = 0;
    for (;;) {
      const rows = await this.dataSource.query<{ n: number }[]>(sql, [size, ...values]);
      const n = rows[0]?.n ?? 0;
      total += n;
      if (n < size) return total;
    }
  }
}
