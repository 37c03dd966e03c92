import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ClockPort, type Transaction } from '#app/application';
import type { Instant } from '#app/domain';
import { DataSource } from 'typeorm';
import { pg, translateDatabaseError } from '../connection/pg-unit-of-work.js';

const NOW = 'select app.now() as now';

/** Business time as the database tells it, real or virtual, to the millisecond below. */
@Injectable()
export class PgClock extends ClockPort {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async now(tx?: Transaction): Promise<Instant> {
    const [row] = tx === undefined ? await this.readAlone() : await pg(tx).query<{ now: Date }>(NOW, [], 'clock_now');
    return row?.now.getTime() ?? Number.NaN;
  }

  monotonicMs(): number {
    return performance.now();
  }

  async sleep(ms: number): Promise<void> {
    await delay(ms);
  }

  private async readAlone(): Promise<{ now: Date }[]> {
    try {
      return await this.dataSource.query<{ now: Date }[]>(NOW);
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }
}
