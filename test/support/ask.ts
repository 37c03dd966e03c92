import pg from 'pg';

/** One statement on a connection of its own: the server may have been away since the last one. */
export async function ask<T extends object>(databaseUrl: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  // a server that ends rejects the statement as well
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}
