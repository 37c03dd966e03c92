import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HousekeepingPort, Metrics, type Upkeep } from '#app/application';

/** Longer than any of ours; a backup may be one. */
const LONG_S = 60;

/** Says so when a transaction is left open that keeps PostgreSQL from clearing away rows: every claim reads past them. */
@Injectable()
export class UpkeepWatch implements OnModuleInit {
  private readonly logger = new Logger('Upkeep');
  private seen: Upkeep = { oldestTransactionS: 0, deadRows: 0, liveRows: 0 };
  private isHeldUp = false;

  constructor(
    private readonly port: HousekeepingPort,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.gauge('afterglow_oldest_transaction_seconds', () => this.seen.oldestTransactionS);
    this.metrics.gauge('afterglow_dead_rows', () => this.seen.deadRows);
  }

  async look(): Promise<void> {
    this.seen = await this.port.upkeep();
    const { oldestTransactionS, deadRows } = this.seen;
    const isHeldUp = oldestTransactionS > LONG_S;
    if (isHeldUp && !this.isHeldUp)
      this.logger.warn(
        { seconds: Math.round(oldestTransactionS), deadRows },
        'A transaction has been open for long: PostgreSQL can clear nothing away, and work gets slower until it ends (see pg_stat_activity)',
        'Upkeep',
      );
    if (!isHeldUp && this.isHeldUp)
      this.logger.warn({ deadRows }, 'The long transaction is over; PostgreSQL clears away again', 'Upkeep');
    this.isHeldUp = isHeldUp;
  }
}
