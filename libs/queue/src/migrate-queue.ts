import { createPostgresBackend, runMigrations, setDefaultBackendFactory } from 'bullmq';
import { TransientError } from '#app/domain';
import pg from 'pg';
import { QUEUE_SCHEMA, type QueueSettings } from './queue-settings.js';
import { QueueStore } from './queue-store.js';

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
 * Makes the store ready before any queue is built: PostgreSQL gets BullMQ's schema; Redis is asked whether it would throw jobs away.
 * @param ownerUrl connection of the database's owner: only it may make the schema's tables
 * @returns what the store has against us, where it does not answer: the start goes on without it
 * @throws PermanentError `configuration` when Redis may evict keys
 */
export async function prepareQueue(settings: QueueSettings, ownerUrl: string): Promise<TransientError | null> {
  if (settings.backend === 'postgres') {
    setDefaultBackendFactory(createPostgresBackend as never);
    await migratePostgres(ownerUrl, settings);
  } else {
    setDefaultBackendFactory(undefined);
  }
  try {
    await new QueueStore(settings).answers();
    return null;
  } catch (error) {
    if (error instanceof TransientError) return error;
    throw error;
  }
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
