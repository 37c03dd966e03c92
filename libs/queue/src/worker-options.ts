import type { Processor } from '@nestjs/bullmq';

/**
 * Settings of every processor. `autorun: false`: a worker runs only once its store has answered. `maxStalledCount` is out of the
 * way because attempts are counted on the rows.
 */
export const WORKER_OPTIONS: NonNullable<Parameters<typeof Processor>[1]> = {
  autorun: false,
  concurrency: 1,
  lockDuration: 60_000,
  stalledInterval: 15_000,
  maxStalledCount: 1_000,
};
