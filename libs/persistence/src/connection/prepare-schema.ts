import { createHmac } from 'node:crypto';
import { PermanentError, TransientError } from '#app/domain';
import pgDriver from 'pg';
import { type InstallationKeys, installationKeys } from '../keys/installation-keys.js';
import { createDataSource } from './data-source.js';

export const APP_ROLE = 'afterglow_app';
export const QUEUE_ROLE = 'afterglow_queue';
/** Migrations of several processes starting at once wait for each other on this advisory lock. */
const MIGRATION_LOCK = 7_219_840_113;

const PASSWORD_BYTES = 24;

export interface SchemaOptions {
  /** Connection of a role that may create roles and owns (or may create in) the database. */
  readonly ownerUrl: string;
  /** The present one, which seals, then those that still open. */
  readonly secretKeys: readonly string[];
  /** Accept a server that runs without fsync: throw-away test clusters only. */
  readonly allowLossy?: boolean;
  /** How many migrations shall have run; all when left out. */
  readonly level?: number;
}

/** Opens a connection of the owner and holds the lock under which schemas change. */
export async function inMigrationLock<T>(ownerUrl: string, work: (client: pgDriver.Client) => Promise<T>): Promise<T> {
  const client = await connect(ownerUrl);
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Roles, schemas and migrations. The caller holds the lock. */
export async function prepareSchema(client: pgDriver.Client, options: SchemaOptions): Promise<void> {
  if (!options.allowLossy) await refuseLossyServer(client);
  for (const role of [APP_ROLE, QUEUE_ROLE]) await ensureRole(client, role);
  // a job that is lost with the server's memory is only a hint
  await client.query(`alter role ${QUEUE_ROLE} set synchronous_commit = off`);
  await client.query(`create schema if not exists app`);
  await client.query(`create schema if not exists bullmq`);
  // create: BullMQ numbers the jobs of each queue by a sequence that it makes at the first job
  await client.query(`grant usage, create on schema bullmq to ${QUEUE_ROLE}`);
  await migrate(options);
}

/**
 * The same with every migration there is, partitions for the months ahead, keys and passwords.
 * @param options.madeFrom the secret key under which rows were made that have just been restored
 */
export async function completeSchema(
  client: pgDriver.Client,
  options: Omit<SchemaOptions, 'level'> & { readonly madeFrom?: string | undefined },
): Promise<InstallationKeys> {
  await prepareSchema(client, options);
  await client.query('select app.ensure_partitions(app.now())');
  const keys = await installationKeys(client, options.secretKeys, options.madeFrom);
  await setRolePasswords(client, keys.roles);
  return keys;
}

export async function setRolePasswords(client: pgDriver.Client, roles: Uint8Array): Promise<void> {
  for (const role of [APP_ROLE, QUEUE_ROLE])
    await roleChanged(client, `alter role ${role} login password '${passwordOf(role, roles)}'`);
}

async function connect(ownerUrl: string): Promise<pgDriver.Client> {
  const client = new pgDriver.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  // a server that goes away rejects the query under way as well
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (cause) {
    const { host, pathname } = new URL(ownerUrl);
    const said = cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : '';
    throw new TransientError(
      'unavailable',
      `PostgreSQL does not let us in at ${host}${pathname}${said}. Check that it runs and what DATABASE_URL says.`,
      { cause },
    );
  }
}

async function migrate({ ownerUrl, level }: SchemaOptions): Promise<void> {
  const dataSource = createDataSource(ownerUrl, {
    poolSize: 2,
    applicationName: 'afterglow-migrate',
    ...(level === undefined ? {} : { level }),
  });
  await dataSource.initialize();
  try {
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
}

/** A webhook answered 2xx must survive a crash of the server; these three settings decide that. */
async function refuseLossyServer(client: pgDriver.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select name from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes') and setting = 'off'`,
  );
  if (rows.length === 0) return;
  const names = rows.map((row) => row.name).join(', ');
  throw new PermanentError(
    'configuration',
    `PostgreSQL runs with ${names} off and may lose events it has acknowledged. Switch ${names} on and start again.`,
  );
}

async function ensureRole(client: pgDriver.Client, role: string): Promise<void> {
  const { rows } = await client.query<{ mighty: boolean }>(
    `select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as mighty from pg_roles where rolname = $1`,
    [role],
  );
  if (rows[0]?.mighty) {
    throw new PermanentError(
      'configuration',
      `The role ${role} may do more than it must: row-level security would not bind it. Take away SUPERUSER, BYPASSRLS, CREATEROLE and CREATEDB, then start again.`,
    );
  }
  // an owner who is no superuser may not even say again that a role is none
  if (rows.length === 0)
    await roleChanged(client, `create role ${role} login nosuperuser nocreatedb nocreaterole nobypassrls`);
}

async function roleChanged(client: pgDriver.Client, sql: string): Promise<void> {
  try {
    await client.query(sql);
  } catch (cause) {
    const [verb, , role] = sql.split(' ');
    throw new PermanentError(
      'configuration',
      `The role of DATABASE_URL cannot ${verb} the role ${role}. Give it CREATEROLE (or use the database's owner) and start again.`,
      { cause },
    );
  }
}

/** Hexadecimal, so that it stands in SQL and URLs as it is. */
export function passwordOf(role: string, roles: Uint8Array): string {
  const key = createHmac('sha256', roles).update(`afterglow database role ${role}`).update(Uint8Array.of(1)).digest();
  return key.subarray(0, PASSWORD_BYTES).toString('hex');
}
