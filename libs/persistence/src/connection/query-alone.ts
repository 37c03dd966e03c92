import type { Pool, QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import { translateDatabaseError } from './pg-unit-of-work.js';

/**
 * One statement as a transaction of its own: one round trip, committed when the promise resolves. Prepared once per connection
 * under `name`.
 */
export async function queryAlone<T extends QueryResultRow>(
  dataSource: DataSource,
  text: string,
  values: unknown[],
  name: string,
): Promise<T[]> {
  try {
    const pool = (dataSource.driver as unknown as { readonly master: Pool }).master;
    return (await pool.query<T>({ name, text, values })).rows;
  } catch (error) {
    throw translateDatabaseError(error);
  }
}
