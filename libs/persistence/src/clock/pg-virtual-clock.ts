import { Injectable } from '@nestjs/common';
import { type Agenda, VirtualClockPort } from '#app/application';
import { type Instant, toIso } from '#app/domain';
import { DataSource } from 'typeorm';
import { translateDatabaseError } from '../connection/pg-unit-of-work.js';

const ADVANCE_LOCK = 7_219_840_114;

interface AgendaRow {
  readonly inbox: boolean;
  readonly timers: boolean;
  readonly messages: boolean;
  readonly calls: boolean;
  readonly next_timer: Date | null;
  readonly next_message: Date | null;
  readonly next_call: Date | null;
}

// Rounded up: at the millisecond before it nothing is due yet, and the clock would step there for ever.
const roundedUp = (time: string, column: string): string =>
  `date_trunc('milliseconds', ${time} + interval '999 microseconds') as ${column}`;
const AGENDA = `
select inbox or app.paused_intake() as inbox, timers or entries as timers, messages, calls,
  ${roundedUp('least(next_timer, next_entry)', 'next_timer')}, ${roundedUp('next_message', 'next_message')}, ${roundedUp('next_call', 'next_call')}
from app.agenda(), app.call_agenda(), app.entry_agenda()`;

@Injectable()
export class PgVirtualClock extends VirtualClockPort {
  /** Month whose partitions are known to exist. */
  private month = '';

  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async read(): Promise<Instant | null> {
    const rows = await this.query<{ instant: Date }[]>('select instant from app.virtual_clock');
    return rows[0]?.instant.getTime() ?? null;
  }

  async set(at: Instant): Promise<void> {
    const instant = toIso(at);
    const month = instant.slice(0, 7);
    if (month !== this.month) {
      await this.query('select app.ensure_partitions($1)', [instant]);
      this.month = month;
    }
    // Needn't wait for the disk: what happens at the new time is committed after it, and so carries it along.
    await this.query(`select set_config('synchronous_commit', 'off', true), app.set_virtual_clock($1)`, [instant]);
  }

  async wallTime(): Promise<Instant> {
    const rows = await this.query<{ now: Date }[]>('select clock_timestamp() as now');
    return (rows[0] as { now: Date }).now.getTime();
  }

  async clear(): Promise<void> {
    await this.query('select app.clear_virtual_clock()');
  }

  async agenda(): Promise<Agenda> {
    const [row] = await this.query<AgendaRow[]>(AGENDA);
    const { next_timer: timer, next_message: message, next_call: call, ...left } = row as AgendaRow;
    const instant = (at: Date | null): Instant | null => at?.getTime() ?? null;
    return { ...left, nextTimer: instant(timer), nextMessage: instant(message), nextCall: instant(call) };
  }

  /** The lock belongs to a connection of its own, so it ends with the process. */
  async exclusively<T>(work: () => Promise<T>): Promise<T | null> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.connect();
      const rows = (await runner.query('select pg_try_advisory_lock($1) as locked', [ADVANCE_LOCK])) as {
        locked: boolean;
      }[];
      if (!rows[0]?.locked) return null;
      try {
        return await work();
      } finally {
        await runner.query('select pg_advisory_unlock($1)', [ADVANCE_LOCK]);
      }
    } finally {
      await runner.release();
    }
  }

  private async query<T>(sql: string, values: unknown[] = []): Promise<T> {
    return this.dataSource.query<T>(sql, values).catch((error: unknown) => {
      throw translateDatabaseError(error);
    });
  }
}
