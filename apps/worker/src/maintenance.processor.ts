import { Processor, WorkerHost } from '@nestjs/bullmq';
import { KeepHouse, type HousekeepingReport } from '#app/application';
import { WORKER_OPTIONS } from '#app/queue';

/** Puts right what dead processes left, makes partitions ahead of time, forgets old dedupe keys. */
@Processor('maintenance', WORKER_OPTIONS)
export class MaintenanceProcessor extends WorkerHost {
  constructor(private readonly keepHouse: KeepHouse) {
    super();
  }

  process(): Promise<HousekeepingReport> {
    return this.keepHouse.run();
  }
}
