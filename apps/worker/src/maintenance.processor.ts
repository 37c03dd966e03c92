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

/** Puts right what dead processes left, looks into messages in doubt, makes partitions ahead of time, forgets what is too old, takes erasures to their end. */
@Processor('maintenance', WORKER_OPTIONS)
export class MaintenanceProcessor extends WorkerHost {
  constructor(
    private readonly keepHouse: KeepHouse,
    private readonly erasures: RunErasures,
    private readonly doubts: ResolveDoubts,
  ) {
    super();
  }

  async process(): Promise<{
    readonly house: HousekeepingReport;
    readonly doubts: DoubtReport;
    readonly erasures: ErasureReport;
  }> {
    return {
      house: await this.keepHouse.run(),
      doubts: await this.doubts.run(),
      erasures: await this.erasures.run(),
    };
  }
}
