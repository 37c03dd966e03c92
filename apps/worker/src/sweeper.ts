import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { HintPort, JudgeHits, KeepHouse, ResolveDoubts, RunErasures, WatchMailDomains } from '#app/application';
import { ClockWatch } from './clock-watch.js';
import { Drains } from './drains.js';
import { UpkeepWatch } from './upkeep-watch.js';

const SWEEP_MS = 1_000;
const HITS_MS = 5_000;
const HOUSEKEEPING_MS = 15_000;
const JITTER = 0.2;

/**
 * Looks for due rows by itself, whatever the queue says: it may be wiped, full or away and nothing is lost, only slower by a
 * second. Reaping doesn't depend on the queue either.
 */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Sweeper');
  private readonly timers = new Set<NodeJS.Timeout>();
  private isStopped = false;

  constructor(
    private readonly drains: Drains,
    private readonly keepHouse: KeepHouse,
    private readonly erasures: RunErasures,
    private readonly doubts: ResolveDoubts,
    private readonly hits: JudgeHits,
    private readonly domains: WatchMailDomains,
    private readonly hints: HintPort,
    private readonly clock: ClockWatch,
    private readonly upkeep: UpkeepWatch,
  ) {}

  onApplicationBootstrap(): void {
    for (const drain of this.drains.all()) this.every(SWEEP_MS, () => drain.run());
    this.every(HITS_MS, () => this.hits.run());
    this.every(HOUSEKEEPING_MS, () => this.upkeep.look());
    this.every(HOUSEKEEPING_MS, () => this.domains.run());
    this.every(HOUSEKEEPING_MS, async () => {
      this.hints.hint('maintenance');
      // leases and ages go by the same clock
      if (!(await this.clock.isSound())) return;
      await this.keepHouse.runIfOverdue();
      await this.erasures.run();
      await this.doubts.run();
    });
  }

  /**
   * Stops claiming and lets what is under way end: it holds hand-overs whose outcome must be recorded. Before the shutdown proper,
   * which closes the database and the channels.
   */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.drains.stop();
  }

  private every(ms: number, work: () => Promise<unknown>): void {
    if (this.isStopped) return;
    const spread = 1 - JITTER + 2 * JITTER * Math.random();
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work()
        .catch((error: unknown) => this.logger.warn({ err: error }, 'A sweep failed and will be repeated', 'Sweeper'))
        .finally(() => this.every(ms, work));
    }, ms * spread);
    this.timers.add(timer);
  }
}
