import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { entities } from '../entities/index.js';
import { migrations } from '../migrations/index.js';

/** How many connections one process may hold; sweepers and requests share them. */
const POOL_SIZE = 20;

/** The runtime's connection pool. Every statement ends after 15 s, every wait for a lock after 5 s. */
export function createDataSource(
  url: string,
  options: { poolSize?: number; applicationName?: string } = {},
): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    schema: 'app',
    entities,
    migrations,
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
      // statements that don't wait for each other's answers share a round trip
      pipeline: true,
    },
  });
}
