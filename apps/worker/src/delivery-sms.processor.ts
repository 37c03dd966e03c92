import { Processor, WorkerHost } from '@nestjs/bullmq';
import { WORKER_OPTIONS } from '#app/queue';
import { Drains } from './drains.js';

/** Hands text messages over. */
@Processor('delivery-sms', WORKER_OPTIONS)
export class DeliverySmsProcessor extends WorkerHost {
  constructor(private readonly drains: Drains) {
    super();
  }

  async process(): Promise<{ messages: number }> {
    return { messages: await this.drains.sms.run() };
  }
}
