import type { ConnectionOptions } from 'bullmq';
import { openCluster } from './redis-cluster.js';
import { addressesOf, QUEUE_SCHEMA, type QueueSettings } from './queue-settings.js';

/** Adding must fail at once when the store is away: the row is stored already and a sweeper will find it. */
const ADD_TIMEOUT_MS = 1_000;

/** What BullMQ connects by, and what closes it where BullMQ doesn't. */
export interface QueueConnection {
  readonly connection: ConnectionOptions;
  readonly close: () => void;
}

/** For adding jobs: no offline queue, no retries, a small pool with short time-outs. */
export function senderConnection(settings: QueueSettings): QueueConnection {
  if (settings.backend === 'redis') {
    const options = { enableOfflineQueue: false, maxRetriesPerRequest: 1 };
    return redisConnection(settings.url, { ...options, connectTimeout: 5_000 }, () =>
      openCluster(addressesOf(settings.url), options, { enableOfflineQueue: false }),
    );
  }
  return postgresConnection(settings.url, {
    max: 2,
    statement_timeout: ADD_TIMEOUT_MS,
    connectionTimeoutMillis: ADD_TIMEOUT_MS,
  });
}

/** For taking jobs: waits for the store to come back. */
export function workerConnection(settings: QueueSettings): QueueConnection {
  if (settings.backend === 'redis') {
    const options = { maxRetriesPerRequest: null };
    return redisConnection(settings.url, options, () =>
      // nothing is opened in processes without workers: they make no use of it
      openCluster(addressesOf(settings.url), options, { lazyConnect: true }),
    );
  }
  return postgresConnection(settings.url, { max: 2, connectionTimeoutMillis: 10_000 });
}

function redisConnection(
  url: string,
  options: Readonly<Record<string, unknown>>,
  open: () => ReturnType<typeof openCluster>,
): QueueConnection {
  if (addressesOf(url).length === 1) return { connection: { url, ...options } as ConnectionOptions, close: nothing };
  const cluster = open();
  return { connection: cluster as unknown as ConnectionOptions, close: () => cluster.disconnect() };
}

function postgresConnection(connectionString: string, options: Record<string, number>): QueueConnection {
  const connection = { connectionString, schema: QUEUE_SCHEMA, keepAlive: true, ...options };
  return { connection: connection as unknown as ConnectionOptions, close: nothing };
}

function nothing(): void {
  // BullMQ opens and closes it
}
