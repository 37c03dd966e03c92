import { Processor, WorkerHost } from '@nestjs/bullmq';
import { WORKER_OPTIONS } from '#app/queue';
import { Drains } from './drains.js';

/** Makes facts of stored bodies and moves journeys on them. */
@Processor('intake', WORKER_OPTIONS)
export class IntakeProcessor extends WorkerHost {
  constructor(private readonly drains: Drains) {
    super();
  }

  async process(): Promise<{ bodies: number }> {
    return { bodies: await this.drains.intake.run() };
  }
}
