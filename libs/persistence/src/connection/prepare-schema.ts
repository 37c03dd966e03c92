import { hkdfSync } from 'node:crypto';
import { PermanentError, TransientError } from '#app/domain';
import pgDriver from 'pg';
import { createDataSource } from './data-source.js';

export const APP_ROLE = 'afterglow_app';
export const QUEUE_ROLE = 'afterglow_queue';
/** Migrations of several processes starting at once wait for each other on this advisory lock. */
const MIGRATION_LOCK = 7_219_840_113;

export interface SchemaOptions {
  /** Connection of a role that may create roles and owns (or may create in) the database. */
  readonly ownerUrl: string;
  readonly secretKey: string;
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
  await ensureRole(client, APP_ROLE, passwordOf(APP_ROLE, options.secretKey));
  await ensureRole(client, QUEUE_ROLE, passwordOf(QUEUE_ROLE, options.secretKey));
  // a job that is lost with the server's memory is only a hint
  await client.query(`alter role ${QUEUE_ROLE} set synchronous_commit = off`);
  await client.query(`create schema if not exists app`);
  await client.query(`create schema if not exists bullmq`);
  // create: BullMQ numbers the jobs of each queue by a sequence that it makes at the first job
  await client.query(`grant usage, create on schema bullmq to ${QUEUE_ROLE}`);
  await migrate(options);
}

/** The same with every migration there is, and partitions for the months ahead. */
export async function completeSchema(client: pgDriver.Client, options: Omit<SchemaOptions, 'level'>): Promise<void> {
  await prepareSchema(client, options);
  await client.query('select app.ensure_partitions(app.now())');
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

async function ensureRole(client: pgDriver.Client, role: string, password: string): Promise<void> {
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
  const verb = rows.length > 0 ? 'alter' : 'create';
  // an owner who is no superuser may not even say again that a role is none
  const limits = verb === 'create' ? 'nosuperuser nocreatedb nocreaterole nobypassrls' : '';
  try {
    await client.query(`${verb} role ${role} login ${limits} password '${password}'`);
  } catch (error) {
    throw new PermanentError(
      'configuration',
      `The role of DATABASE_URL cannot ${verb} the role ${role}. Give it CREATEROLE (or use the database's owner) and start again.`,
      { cause: error },
    );
  }
}

/** Hexadecimal, so that it stands in SQL and URLs as it is. */
export function passwordOf(role: string, secretKey: string): string {
  return Buffer.from(hkdfSync('sha256', secretKey, '', `afterglow database role ${role}`, 24)).toString('hex');
}
