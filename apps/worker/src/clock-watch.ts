import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ClockGuard, Metrics } from '#app/application';
import type { Round } from './drain.js';

/** Lets this process work as long as the database's clock can be believed, and says so when it can't. */
@Injectable()
export class ClockWatch implements OnModuleInit {
  private readonly logger = new Logger('Clock');
  private isStandingStill = false;

  constructor(
    private readonly guard: ClockGuard,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.gauge('afterglow_clock_apart_seconds', () => this.guard.apartMs / 1_000);
  }

  /** The same round, which takes nothing while the clock can't be believed. */
  guarded(round: Round): Round {
    return async () => ((await this.isSound()) ? round() : { claimed: 0, hasMore: false });
  }

  async isSound(): Promise<boolean> {
    const isSound = await this.guard.isSound();
    const seconds = Math.round(this.guard.apartMs / 1_000);
    if (!isSound && !this.isStandingStill)
      this.logger.error(
        { seconds },
        "The database's clock was moved; work stands still until it is right again. If it is right now, start the workers again",
        'Clock',
      );
    if (isSound && this.isStandingStill) this.logger.warn('The clock is right again; work goes on', 'Clock');
    this.isStandingStill = !isSound;
    return isSound;
  }
}
