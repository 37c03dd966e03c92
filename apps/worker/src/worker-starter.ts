import { setTimeout as sleep } from 'node:timers/promises';
import { BullRegistrar, type WorkerHost } from '@nestjs/bullmq';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { QueueStore } from '#app/queue';

/** Token of the list of this process's processors. */
export const QUEUE_HOSTS = Symbol('queue hosts');

const ASK_EVERY_MS = 1_000;
const LOG_EVERY_MS = 30_000;

/**
 * Builds and runs the queue's workers once their store answers, and not before: a worker that is built while its store is away
 * may never take a job. Until then the sweeper does all the work of this process.
 */
@Injectable()
export class WorkerStarter implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Queue');
  private silentUntilMs = 0;
  private isStopped = false;

  constructor(
    @Inject(QUEUE_HOSTS) private readonly hosts: readonly WorkerHost[],
    private readonly store: QueueStore,
    private readonly modules: ModuleRef,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!(await this.hasStarted())) void this.keepTrying();
  }

  beforeApplicationShutdown(): void {
    this.isStopped = true;
  }

  private async keepTrying(): Promise<void> {
    do await sleep(ASK_EVERY_MS, undefined, { ref: false });
    while (!this.isStopped && !(await this.hasStarted()));
  }

  private async hasStarted(): Promise<boolean> {
    let isBuilt = false;
    try {
      await this.store.answers();
      this.modules.get(BullRegistrar, { strict: false }).register();
      isBuilt = true;
      for (const { worker } of this.hosts) {
        worker.on('error', (error) =>
          this.logger.warn({ queue: worker.name, err: error }, 'The queue reports an error', 'Queue'),
        );
      }
      await Promise.all(this.hosts.map(({ worker }) => worker.waitUntilReady()));
    } catch (error) {
      this.complain(error);
      // the next try builds new ones: these keep their refusal for ever
      if (isBuilt) await Promise.allSettled(this.hosts.map(({ worker }) => worker.close()));
      return false;
    }
    for (const host of this.hosts) this.run(host);
    return true;
  }

  private run({ worker }: WorkerHost): void {
    worker.on('failed', (_job, error) =>
      this.logger.error({ queue: worker.name, err: error }, 'A job failed; its rows will be taken again', 'Queue'),
    );
    worker
      .run()
      .catch((error: unknown) =>
        this.logger.error({ queue: worker.name, err: error }, 'The queue worker stopped', 'Queue'),
      );
  }

  private complain(error: unknown): void {
    const nowMs = performance.now();
    if (nowMs < this.silentUntilMs) return;
    this.silentUntilMs = nowMs + LOG_EVERY_MS;
    this.logger.warn({ err: error }, 'The queue is away; the sweepers work without it until it answers', 'Queue');
  }
}
