import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ClockGuard, Metrics } from '#app/application';
import type { Round } from './drain.js';

const NOTHING = { claimed: 0, hasMore: false } as const;

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
    return async () => ((await this.isSound()) ? round() : NOTHING);
  }

  /** A round that looks at the clock itself, right before it claims: that it was refused then is no failure. */
  watched(round: Round): Round {
    return async () => {
      try {
        return await round();
      } catch (error) {
        if (this.guard.isTrusted) throw error;
        return NOTHING;
      } finally {
        this.tell();
      }
    };
  }

  async isSound(): Promise<boolean> {
    await this.guard.isSound();
    this.tell();
    return this.guard.isTrusted;
  }

  /** Writes a line when what the last look said is news. */
  private tell(): void {
    const isSound = this.guard.isTrusted;
    const seconds = Math.round(this.guard.apartMs / 1_000);
    if (!isSound && !this.isStandingStill)
      this.logger.error(
        { seconds },
        "The database's clock was moved; work stands still until it is right again. If it is right now, start the workers again",
        'Clock',
      );
    if (isSound && this.isStandingStill) this.logger.warn('The clock is right again; work goes on', 'Clock');
    this.isStandingStill = !isSound;
  }
}
