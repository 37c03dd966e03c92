import { Redis } from 'ioredis';
import { PermanentError, TransientError } from '#app/domain';
import pg from 'pg';
import { addressesOf, QUEUE_SCHEMA, type QueueSettings } from './queue-settings.js';

const PATIENCE_MS = 2_000;

/** Where the queues live. It may be away at any time, also when a process starts: then the sweepers do the work alone. */
export class QueueStore {
  constructor(private readonly settings: QueueSettings) {}

  /**
   * Asked before a worker is built: one that is built on PostgreSQL while it refuses us never recovers by itself.
   * @throws TransientError `unavailable` while it does not answer
   * @throws PermanentError `configuration` when Redis may evict keys
   */
  async answers(): Promise<void> {
    await (this.settings.backend === 'redis'
      ? askNodes(addressesOf(this.settings.url))
      : askPostgres(this.settings.url));
  }
}

async function askPostgres(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: PATIENCE_MS, query_timeout: PATIENCE_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(`select 1 from ${QUEUE_SCHEMA}.job limit 0`);
  } catch (cause) {
    throw new TransientError('unavailable', 'PostgreSQL does not let the role of the queue in.', { cause });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** One node of a cluster that answers is enough; one that may evict is one too many. */
async function askNodes(urls: readonly string[]): Promise<void> {
  const answers = await Promise.allSettled(urls.map(askRedis));
  const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []));
  const refusal = refusals.find((error) => error instanceof PermanentError);
  if (refusal) throw refusal;
  if (refusals[0] && refusals.length === urls.length) throw refusals[0];
}

async function askRedis(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
    const [, policy] = (await redis.config('GET', 'maxmemory-policy').catch(() => [])) as string[];
    if (policy !== undefined && policy !== 'noeviction') {
      throw new PermanentError(
        'configuration',
        `Redis may throw jobs away (maxmemory-policy ${policy}). Set maxmemory-policy noeviction and start again.`,
      );
    }
  } catch (cause) {
    if (cause instanceof PermanentError) throw cause;
    throw new TransientError('unavailable', 'Redis does not answer at REDIS_URL.', { cause });
  } finally {
    redis.disconnect();
  }
}
