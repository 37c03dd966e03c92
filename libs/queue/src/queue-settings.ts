/** Where BullMQ keeps its jobs. One backend per process: BullMQ's default backend is process-wide. */
export type QueueSettings =
  | { readonly backend: 'redis'; readonly url: string; readonly prefix: string }
  /** `url` is that of the role afterglow_queue, which sees the schema `bullmq` alone. */
  | { readonly backend: 'postgres'; readonly url: string; readonly prefix: string };

export const DEFAULT_PREFIX = 'afterglow';

/** The PostgreSQL schema that holds BullMQ's tables. */
export const QUEUE_SCHEMA = 'bullmq';
