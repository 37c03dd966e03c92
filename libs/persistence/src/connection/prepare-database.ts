import { hkdfSync } from 'node:crypto';
import { PermanentError, TransientError } from '#app/domain';
import pgDriver from 'pg';
import { createDataSource } from './data-source.js';

export interface PreparedDatabase {
  /** Runs the application: sees one shop's rows at a time, owns nothing. */
  readonly appUrl: string;
  /** Runs BullMQ on PostgreSQL: sees the schema `bullmq` and nothing else. */
  readonly queueUrl: string;
}

const APP_ROLE = 'afterglow_app';
const QUEUE_ROLE = 'afterglow_queue';
/** Migrations of several processes starting at once wait for each other on this advisory lock. */
const MIGRATION_LOCK = 7_219_840_113;

/**
 * Brings a database up to date: the two runtime roles with passwords derived from the secret key, the queue's schema, pending
 * migrations, partitions for the months ahead. Safe to run from several processes at once and on every start.
 * @param options.ownerUrl connection of a role that may create roles and owns (or may create in) the database
 * @param options.allowLossy accept a server that runs without fsync: throw-away test clusters only
 */
export async function prepareDatabase(options: {
  ownerUrl: string;
  secretKey: string;
  allowLossy?: boolean;
}): Promise<PreparedDatabase> {
  const client = await connect(options.ownerUrl);
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    if (!options.allowLossy) await refuseLossyServer(client);
    await ensureRole(client, APP_ROLE, passwordOf(APP_ROLE, options.secretKey));
    await ensureRole(client, QUEUE_ROLE, passwordOf(QUEUE_ROLE, options.secretKey));
    // a job that is lost with the server's memory is only a hint
    await client.query(`alter role ${QUEUE_ROLE} set synchronous_commit = off`);
    await client.query(`create schema if not exists app`);
    await client.query(`create schema if not exists bullmq`);
    // create: BullMQ numbers the jobs of each queue by a sequence that it makes at the first job
    await client.query(`grant usage, create on schema bullmq to ${QUEUE_ROLE}`);
    await migrate(options.ownerUrl);
    await client.query('select app.ensure_partitions(app.now())');
  } finally {
    await client.end();
  }
  return {
    appUrl: withRole(options.ownerUrl, APP_ROLE, passwordOf(APP_ROLE, options.secretKey)),
    queueUrl: withRole(options.ownerUrl, QUEUE_ROLE, passwordOf(QUEUE_ROLE, options.secretKey)),
  };
}

async function connect(ownerUrl: string): Promise<pgDriver.Client> {
  const client = new pgDriver.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
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

async function migrate(ownerUrl: string): Promise<void> {
  const dataSource = createDataSource(ownerUrl, { poolSize: 2, applicationName: 'afterglow-migrate' });
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
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  const verb = rowCount ? 'alter' : 'create';
  try {
    await client.query(
      `${verb} role ${role} login nosuperuser nocreatedb nocreaterole nobypassrls password '${password}'`,
    );
  } catch (error) {
    throw new PermanentError(
      'configuration',
      `The role of DATABASE_URL cannot ${verb} the role ${role}. Give it CREATEROLE (or use the database's owner) and start again.`,
      { cause: error },
    );
  }
}

/** Hexadecimal, so that it stands in SQL and URLs as it is. */
function passwordOf(role: string, secretKey: string): string {
  return Buffer.from(hkdfSync('sha256', secretKey, '', `afterglow database role ${role}`, 24)).toString('hex');
}

function withRole(ownerUrl: string, role: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = password;
  return url.href;
}
