import { Processor, WorkerHost } from '@nestjs/bullmq';
import {
  type DoubtReport,
  type ErasureReport,
  type HousekeepingReport,
  KeepHouse,
  ResolveDoubts,
  RunErasures,
} from '#app/application';
import { WORKER_OPTIONS } from '#app/queue';
import { ClockWatch } from './clock-watch.js';

/** Puts right what dead processes left, looks into messages in doubt, makes partitions ahead of time, forgets what is too old, takes erasures to their end. */
@Processor('maintenance', WORKER_OPTIONS)
export class MaintenanceProcessor extends WorkerHost {
  constructor(
    private readonly keepHouse: KeepHouse,
    private readonly erasures: RunErasures,
    private readonly doubts: ResolveDoubts,
    private readonly clock: ClockWatch,
  ) {
    super();
  }

  /** Null while the clock can't be believed: leases and ages go by it. */
  async process(): Promise<{
    readonly house: HousekeepingReport;
    readonly doubts: DoubtReport;
    readonly erasures: ErasureReport;
  } | null> {
    if (!(await this.clock.isSound())) return null;
    return {
      house: await this.keepHouse.run(),
      doubts: await this.doubts.run(),
      erasures: await this.erasures.run(),
    };
  }
}
