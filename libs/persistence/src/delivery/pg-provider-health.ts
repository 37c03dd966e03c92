import { Injectable } from '@nestjs/common';
import { type KeptHealth, type ProviderHealth, ProviderHealthStore } from '#app/application';
import type { Instant } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { queryAlone } from '../connection/query-alone.js';

const READ = `select (select app.lease_now()) as now, h.channel, h.version, h.health
  from (select 1) one left join app.read_provider_health() h on true`;
// lost with the server's memory it is soon learnt again
const KEEP = `select app.keep_provider_health($1, $2, $3::jsonb) as is_kept, set_config('synchronous_commit', 'off', true) as mode`;

interface HealthRow extends QueryResultRow {
  readonly now: Date;
  readonly channel: string | null;
  readonly version: number;
  readonly health: ProviderHealth;
}

@Injectable()
export class PgProviderHealth extends ProviderHealthStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async read(): Promise<{ readonly channels: ReadonlyMap<string, KeptHealth>; readonly now: Instant }> {
    const rows = await queryAlone<HealthRow>(this.dataSource, READ, [], 'provider_health_read');
    const channels = new Map<string, KeptHealth>();
    for (const { channel, version, health } of rows) if (channel !== null) channels.set(channel, { version, health });
    return { channels, now: rows[0]?.now.getTime() ?? 0 };
  }

  async keep(channel: string, version: number, health: ProviderHealth): Promise<boolean> {
    const values = [channel, version, JSON.stringify(health)];
    const [row] = await queryAlone<{ is_kept: boolean }>(this.dataSource, KEEP, values, 'provider_health_keep');
    return row?.is_kept === true;
  }
}
