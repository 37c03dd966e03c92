import 'reflect-metadata';
import type { Client } from 'pg';
import { DataSource } from 'typeorm';
import { entities } from '../entities/index.js';
import { migrations } from '../migrations/index.js';

/** How many connections one process may hold; sweepers and requests share them. */
const POOL_SIZE = 20;

/** The runtime's connection pool. Every statement ends after 15 s, every wait for a lock after 5 s. */
export function createDataSource(
  url: string,
  options: {
    poolSize?: number;
    applicationName?: string;
    level?: number;
    /** Asks of every new connection which server it leads to; told when that one may lack commits. */
    onHeld?: () => void;
  } = {},
): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    schema: 'app',
    entities,
    // `level`: no further than the first so many, for a schema as it was
    migrations: migrations.slice(0, options.level),
    migrationsTableName: 'schema_migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    applicationName: options.applicationName ?? 'afterglow',
    poolSize: options.poolSize ?? POOL_SIZE,
    logging: ['error', 'warn'],
    extra: {
      statement_timeout: 15_000,
      lock_timeout: 5_000,
      idle_in_transaction_session_timeout: 30_000,
      connectionTimeoutMillis: 2_000,
      keepAlive: true,
      ...(options.onHeld ? { verify: noticeServer(options.onHeld) } : {}),
      // statements that don't wait for each other's answers share a round trip
      pipeline: true,
    },
  });
}

type Verify = (client: Client, done: (error?: Error) => void) => void;

/** Nothing is asked of a server before it has been looked at: a promoted standby may not know what went out already. */
function noticeServer(onHeld: () => void): Verify {
  return (client, done) => {
    // the pool has let go of it and nobody else has got it yet: one that breaks now would break the process; the query tells
    client.on('error', broken);
    client.query('select app.notice_server() as seen', (error: Error | null, result?: { rows: { seen: string }[] }) => {
      client.off('error', broken);
      if (result?.rows[0]?.seen === 'held') onHeld();
      done(error ?? undefined);
    });
  };
}

function broken(): void {
  // whoever waits for the connection is told by its query
}
