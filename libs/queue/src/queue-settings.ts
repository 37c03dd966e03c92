/** Where BullMQ keeps its jobs. One backend per process: BullMQ's default backend is process-wide. */
export type QueueSettings =
  /** `url`: one Redis, or the addresses of some nodes of a Redis Cluster, separated by commas. */
  | { readonly backend: 'redis'; readonly url: string; readonly prefix: string }
  /** `url` is that of the role afterglow_queue, which sees the schema `bullmq` alone. */
  | { readonly backend: 'postgres'; readonly url: string; readonly prefix: string };

/** The PostgreSQL schema that holds BullMQ's tables. */
export const QUEUE_SCHEMA = 'bullmq';

const PREFIX = 'afterglow';

/** @param redisUrl as in REDIS_URL; without it the queues live in PostgreSQL */
export function queueSettings(redisUrl: string | undefined, postgresUrl: string): QueueSettings {
  if (redisUrl === undefined) return { backend: 'postgres', url: postgresUrl, prefix: PREFIX };
  // a script of BullMQ touches several keys, which a cluster allows on one node only: the braces keep them there
  const prefix = addressesOf(redisUrl).length > 1 ? `{${PREFIX}}` : PREFIX;
  return { backend: 'redis', url: redisUrl, prefix };
}

export function addressesOf(redisUrl: string): string[] {
  return redisUrl.split(',').map((address) => address.trim());
}
