import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type GaugeName, Metrics } from '#app/application';
import { DataSource } from 'typeorm';
import { SickProviders } from './sick-providers.js';

interface BacklogRow {
  readonly name: string;
  readonly n: string;
  readonly oldest: Date | null;
  readonly age_s: string | null;
}

/** One reading serves all gauges of a fetch. */
const KEEP_MS = 1_000;

/** What waits in the whole installation, for /metrics. */
@Injectable()
export class BacklogGauges implements OnModuleInit {
  private reading: Promise<readonly BacklogRow[]> | null = null;
  private readAtMs = -Infinity;

  constructor(
    private readonly metrics: Metrics,
    private readonly dataSource: DataSource,
    private readonly providers: SickProviders,
  ) {}

  onModuleInit(): void {
    this.count('afterglow_inbox_backlog', 'inbox');
    this.count('afterglow_timers_due', 'timers');
    this.count('afterglow_messages_queued', 'messages');
    this.count('afterglow_messages_unknown', 'unknown');
    this.count('afterglow_dead_letters', 'dead_letters');
    this.metrics.gauge('afterglow_providers_open', () => this.providers.open());
    this.metrics.gauge('afterglow_inbox_oldest_seconds', async () => Number((await this.row('inbox'))?.age_s ?? 0));
  }

  private count(gauge: GaugeName, name: string): void {
    this.metrics.gauge(gauge, async () => Number((await this.row(name))?.n ?? 0));
  }

  private async row(name: string): Promise<BacklogRow | undefined> {
    const nowMs = performance.now();
    if (this.reading === null || nowMs - this.readAtMs > KEEP_MS) {
      this.readAtMs = nowMs;
      this.reading = this.dataSource.query<BacklogRow[]>(
        'select name, n, oldest, extract(epoch from app.now() - oldest) as age_s from app.backlog()',
      );
    }
    return (await this.reading).find((row) => row.name === name);
  }
}
