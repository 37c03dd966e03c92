import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DeliveryEmailProcessor } from './delivery-email.processor.js';
import { DeliverySmsProcessor } from './delivery-sms.processor.js';
import { IntakeProcessor } from './intake.processor.js';
import { MaintenanceProcessor } from './maintenance.processor.js';
import { TimersProcessor } from './timers.processor.js';

/**
 * Runs the queue's workers once their store has answered. `prepareQueue` has waited for it before; a rejection here is fatal,
 * since a worker built while its store was away never takes a job.
 */
@Injectable()
export class WorkerStarter implements OnApplicationBootstrap {
  private readonly logger = new Logger('Queue');
  private readonly hosts: readonly { readonly worker: IntakeProcessor['worker'] }[];

  constructor(
    intake: IntakeProcessor,
    timers: TimersProcessor,
    email: DeliveryEmailProcessor,
    sms: DeliverySmsProcessor,
    maintenance: MaintenanceProcessor,
  ) {
    this.hosts = [intake, timers, email, sms, maintenance];
  }

  async onApplicationBootstrap(): Promise<void> {
    for (const { worker } of this.hosts) {
      worker.on('error', (error) =>
        this.logger.warn({ queue: worker.name, err: error }, 'The queue reports an error', 'Queue'),
      );
      worker.on('failed', (_job, error) =>
        this.logger.error({ queue: worker.name, err: error }, 'A job failed; its rows will be taken again', 'Queue'),
      );
      await worker.waitUntilReady();
      worker
        .run()
        .catch((error: unknown) =>
          this.logger.error({ queue: worker.name, err: error }, 'The queue worker stopped', 'Queue'),
        );
    }
  }
}
