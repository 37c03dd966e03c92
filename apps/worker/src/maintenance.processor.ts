import { Processor, WorkerHost } from '@nestjs/bullmq';
import { type ErasureReport, KeepHouse, type HousekeepingReport, RunErasures } from '#app/application';
import { WORKER_OPTIONS } from '#app/queue';

/** Puts right what dead processes left, makes partitions ahead of time, forgets what is too old, takes erasures to their end. */
@Processor('maintenance', WORKER_OPTIONS)
export class MaintenanceProcessor extends WorkerHost {
  constructor(
    private readonly keepHouse: KeepHouse,
    private readonly erasures: RunErasures,
  ) {
    super();
  }

  async process(): Promise<{ readonly house: HousekeepingReport; readonly erasures: ErasureReport }> {
    return { house: await this.keepHouse.run(), erasures: await this.erasures.run() };
  }
}
