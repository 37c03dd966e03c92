import { Client } from 'pg';
import { SUPERUSER } from './cluster-directory.js';

export interface ServerAddress {
  readonly port: number;
  readonly password: string;
}

export function connectionUrl({ port, password }: ServerAddress, database: string): string {
  return `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** One short connection as superuser. */
export async function withSuperuser<T>(address: ServerAddress, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    host: '127.0.0.1',
    port: address.port,
    user: SUPERUSER,
    password: address.password,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
  });
  // a server that dies meanwhile rejects the query as well; unheard, the event would end the process
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
