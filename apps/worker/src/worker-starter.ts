import type { WorkerHost } from '@nestjs/bullmq';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

/** Token of the list of this process's processors. */
export const QUEUE_HOSTS = Symbol('queue hosts');

/**
 * Runs the queue's workers once their store has answered. `prepareQueue` has waited for it before; a rejection here is fatal,
 * since a worker built while its store was away never takes a job.
 */
@Injectable()
export class WorkerStarter implements OnApplicationBootstrap {
  private readonly logger = new Logger('Queue');

  constructor(@Inject(QUEUE_HOSTS) private readonly hosts: readonly WorkerHost[]) {}

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
