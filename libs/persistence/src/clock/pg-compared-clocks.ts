import { uptime } from 'node:os';
import { Injectable } from '@nestjs/common';
import { ComparedClocks } from '#app/application';
import type { Instant } from '#app/domain';
import { DataSource } from 'typeorm';
import { queryAlone } from '../connection/query-alone.js';

@Injectable()
export class PgComparedClocks extends ComparedClocks {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async databaseNow(): Promise<Instant> {
    const [row] = await queryAlone<{ now: Date }>(this.dataSource, 'select app.lease_now() as now', [], 'lease_now');
    return row?.now.getTime() ?? Number.NaN;
  }

  elapsedMs(): number {
    return uptime() * 1_000;
  }
}
