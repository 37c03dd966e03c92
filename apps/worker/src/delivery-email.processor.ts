import { Processor, WorkerHost } from '@nestjs/bullmq';
import { WORKER_OPTIONS } from '#app/queue';
import { Drains } from './drains.js';

/** Hands e-mails over. */
@Processor('delivery-email', WORKER_OPTIONS)
export class DeliveryEmailProcessor extends WorkerHost {
  constructor(private readonly drains: Drains) {
    super();
  }

  async process(): Promise<{ messages: number }> {
    return { messages: await this.drains.email.run() };
  }
}
