import { PermanentError } from '#app/domain';
import type { Config } from '#app/platform';

/** For processes that share a database: it has to be named. */
export async function requiredDatabaseUrl({ database }: Config): Promise<string> {
  if (database.url === undefined) {
    throw new PermanentError('configuration', 'DATABASE_URL is missing. Set it to the PostgreSQL server that all processes share, or run `npm start` for everything in one process.');
  }
  return database.url;
}
