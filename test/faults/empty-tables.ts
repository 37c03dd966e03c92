import { ask } from '../support/ask.js';

const TABLES = `
select c.oid::regclass::text as name from pg_class c
where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`;

/** Tables of the schema that hold nothing at this moment. */
export async function emptyTables(databaseUrl: string): Promise<string[]> {
  const tables = await ask<{ name: string }>(databaseUrl, TABLES);
  const looks = tables.map(({ name }) => `select '${name}' as name where not exists (select from ${name})`);
  return (await ask<{ name: string }>(databaseUrl, looks.join(' union all '))).map(({ name }) => name);
}
