import { Processor, WorkerHost } from '@nestjs/bullmq';
import { WORKER_OPTIONS } from '#app/queue';
import { Drains } from './drains.js';

/** Hands messages on WhatsApp over. */
@Processor('delivery-whatsapp', WORKER_OPTIONS)
export class DeliveryWhatsappProcessor extends WorkerHost {
  constructor(private readonly drains: Drains) {
    super();
  }

  async process(): Promise<{ messages: number }> {
    return { messages: await this.drains.whatsapp.run() };
  }
}
