import type { ConnectionOptions } from 'bullmq';
import { QUEUE_SCHEMA, type QueueSettings } from './queue-settings.js';

/** Adding must fail at once when the store is away: the row is stored already and a sweeper will find it. */
const ADD_TIMEOUT_MS = 1_000;

/** For adding jobs: no offline queue, no retries, a small pool with short time-outs. */
export function senderConnection(settings: QueueSettings): ConnectionOptions {
  if (settings.backend === 'redis') {
    return {
      url: settings.url,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      connectTimeout: 5_000,
    } as ConnectionOptions;
  }
  return postgresConnection(settings.url, {
    max: 2,
    statement_timeout: ADD_TIMEOUT_MS,
    connectionTimeoutMillis: ADD_TIMEOUT_MS,
  });
}

/** For taking jobs: waits for the store to come back. */
export function workerConnection(settings: QueueSettings): ConnectionOptions {
  if (settings.backend === 'redis') return { url: settings.url, maxRetriesPerRequest: null } as ConnectionOptions;
  return postgresConnection(settings.url, { max: 2, connectionTimeoutMillis: 10_000 });
}

function postgresConnection(connectionString: string, options: Record<string, number>): ConnectionOptions {
  return { connectionString, schema: QUEUE_SCHEMA, keepAlive: true, ...options } as unknown as ConnectionOptions;
}
