import { Processor, WorkerHost } from '@nestjs/bullmq';
import { WORKER_OPTIONS } from '#app/queue';
import { Drains } from './drains.js';

/** Wakes runs whose time has come. */
@Processor('timers', WORKER_OPTIONS)
export class TimersProcessor extends WorkerHost {
  constructor(private readonly drains: Drains) {
    super();
  }

  async process(): Promise<{ timers: number }> {
    return { timers: await this.drains.timers.run() };
  }
}
