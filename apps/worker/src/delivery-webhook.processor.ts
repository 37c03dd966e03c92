import { Processor, WorkerHost } from '@nestjs/bullmq';
import { WORKER_OPTIONS } from '#app/queue';
import { Drains } from './drains.js';

/** Calls webhooks. */
@Processor('delivery-webhook', WORKER_OPTIONS)
export class DeliveryWebhookProcessor extends WorkerHost {
  constructor(private readonly drains: Drains) {
    super();
  }

  async process(): Promise<{ calls: number }> {
    return { calls: await this.drains.webhook.run() };
  }
}
