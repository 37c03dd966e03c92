import pg from 'pg';

export interface TestDatabase {
  /** The superuser of the cluster: owns the schema and sees every row */
  ownerUrl: string;
  /** The runtime role: owns nothing, bound by row-level security */
  appUrl: string;
  /** The role of the queue's own schema */
  queueUrl: string;
  /** Ends the connections that are still open and removes the database. */
  drop(): Promise<void>;
}

type Template = Pick<TestDatabase, 'ownerUrl' | 'appUrl' | 'queueUrl'> & { template: string };

const IDENTIFIER_MAX_BYTES = 63;
let made = 0;

/** A migrated, empty database of the caller's own: one for each test file. `label` shows in PostgreSQL's activity view. */
export async function freshDatabase(label: string): Promise<TestDatabase> {
  const { template, ...urls } = templateOfThisRun();
  made += 1;
  const suffix = `_${process.env['JEST_WORKER_ID'] ?? '0'}_${process.pid}_${made}`;
  const stem = `t_${label.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`.slice(0, IDENTIFIER_MAX_BYTES - suffix.length);
  const name = stem + suffix;
  const administer = (sql: string): Promise<void> => execute(inDatabase(urls.ownerUrl, 'postgres'), sql);

  await administer(`create database "${name}" template "${template}" strategy file_copy`);
  return {
    ownerUrl: inDatabase(urls.ownerUrl, name),
    appUrl: inDatabase(urls.appUrl, name),
    queueUrl: inDatabase(urls.queueUrl, name),
    drop: () => administer(`drop database if exists "${name}" with (force)`),
  };
}

function templateOfThisRun(): Template {
  const setting = process.env['AFTERGLOW_TEST_DATABASE'];
  if (setting) return JSON.parse(setting) as Template;
  throw new Error('No test server is up: only the medium and e2e projects of config/jest.config.mjs boot one.');
}

function inDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
