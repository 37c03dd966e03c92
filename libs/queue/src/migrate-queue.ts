import { createPostgresBackend, runMigrations, setDefaultBackendFactory } from 'bullmq';
import { Redis } from 'ioredis';
import { PermanentError, TransientError } from '#app/domain';
import pg from 'pg';
import { addressesOf, QUEUE_SCHEMA, type QueueSettings } from './queue-settings.js';

/** How long a start waits for Redis before it gives up. */
const REDIS_PATIENCE_MS = 15_000;

/** Held while the schema of the queue is made ready; another one than that of the application's schema. */
const QUEUE_LOCK = 7_219_840_114;

/** For what is ours: the queue's role makes sequences of its own, which an owner who is no superuser could not grant. */
const GRANTS = `
select format('grant all on %s %s to %I', case c.relkind when 'S' then 'sequence' else 'table' end, c.oid::regclass, $2::text) as grant
from pg_class c where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p', 'v', 'S') and pg_has_role(c.relowner, 'usage')
union all
select format('grant all on %s %s to %I', case p.prokind when 'p' then 'procedure' else 'function' end, p.oid::regprocedure, $2::text)
from pg_proc p where p.pronamespace = $1::regnamespace and p.prokind in ('f', 'p', 'w') and pg_has_role(p.proowner, 'usage')`;

/**
 * Makes the store ready before any queue is built: a queue that is built while its store is away never recovers by itself.
 * PostgreSQL gets BullMQ's schema; Redis is asked whether it would throw jobs away.
 * @param ownerUrl connection of the database's owner: only it may make the schema's tables
 * @throws PermanentError `configuration` when Redis may evict keys
 */
export async function prepareQueue(settings: QueueSettings, ownerUrl: string): Promise<void> {
  if (settings.backend === 'postgres') {
    setDefaultBackendFactory(createPostgresBackend as never);
    await migratePostgres(ownerUrl, settings);
    return;
  }
  setDefaultBackendFactory(undefined);
  for (const address of addressesOf(settings.url)) await checkRedis(address);
}

async function migratePostgres(ownerUrl: string, settings: QueueSettings): Promise<void> {
  const role = new URL(settings.url).username;
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    // processes that start at once would change the same grants at the same time; the end of the connection lets go
    await client.query('select pg_advisory_lock($1)', [QUEUE_LOCK]);
    await runMigrations(client as never, QUEUE_SCHEMA);
    const { rows } = await client.query<{ grant: string }>(GRANTS, [QUEUE_SCHEMA, role]);
    for (const { grant } of rows) await client.query(grant);
  } finally {
    await client.end();
  }
}

async function checkRedis(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (times * 200 > REDIS_PATIENCE_MS / 4 ? null : times * 200),
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const [, policy] = (await redis.config('GET', 'maxmemory-policy').catch(() => [])) as string[];
    if (policy !== undefined && policy !== 'noeviction') {
      throw new PermanentError(
        'configuration',
        `Redis may throw jobs away (maxmemory-policy ${policy}). Set maxmemory-policy noeviction and start again.`,
      );
    }
  } catch (error) {
    if (error instanceof PermanentError) throw error;
    throw new TransientError(
      'unavailable',
      'Redis does not answer at REDIS_URL. Start it, or unset REDIS_URL to run the queue on PostgreSQL.',
      { cause: error },
    );
  } finally {
    redis.disconnect();
  }
}
