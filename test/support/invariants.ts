import pg from 'pg';
import { DELIVERY_INVARIANTS } from './invariants-of-deliveries.js';
import { INTAKE_INVARIANTS } from './invariants-of-intake.js';
import { RUN_INVARIANTS } from './invariants-of-runs.js';

/** What must hold at any moment in any database. */
const INVARIANTS: Readonly<Record<string, string>> = {
  ...RUN_INVARIANTS,
  ...DELIVERY_INVARIANTS,
  ...INTAKE_INVARIANTS,
};

/** What the runtime role may read, and by which column a row belongs to a shop. */
const TABLES_OF_SHOPS = `
select c.oid::regclass::text as name, a.attname as column
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = case c.relname when 'shop' then 'id' else 'shop_id' end
where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
  and has_table_privilege('afterglow_app', c.oid, 'select') order by 1`;

/** A shop that is none, and a few that are. */
const SHOPS = `select gen_random_uuid()::text as id union all (select id::text from app.shop order by id limit 3)`;

/** More faults of one kind are counted, not listed. */
const MAX_SHOWN = 10;

/** Every fault there is, as a sentence; empty when all is well. */
async function faultsIn(client: pg.Client): Promise<string[]> {
  const faults: string[] = [];
  for (const [title, sql] of Object.entries(INVARIANTS)) {
    const { rows } = await client.query<{ fault: string; n: string }>(
      `select fault, count(*) over () as n from (${sql}) f limit ${MAX_SHOWN}`,
    );
    for (const { fault } of rows) faults.push(`${title}: ${fault}`);
    if (Number(rows[0]?.n ?? 0) > MAX_SHOWN) faults.push(`${title}: ${rows[0]?.n} faults in all`);
  }
  return [...faults, ...(await leaksIn(client))];
}

/** Rows that a shop sees and that are another's, as the role sees them in which all processes run. */
async function leaksIn(client: pg.Client): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string; column: string }>(TABLES_OF_SHOPS);
  const { rows: shops } = await client.query<{ id: string }>(SHOPS);
  const counts = tables.map(
    ({ name, column }) =>
      `select '${name}' as name, count(*) as n from ${name} where ${column} is distinct from $1::uuid`,
  );
  const leaks: string[] = [];
  await client.query('set role afterglow_app');
  try {
    for (const { id } of shops) {
      await client.query(`select set_config('app.shop_id', $1, false)`, [id]);
      const { rows } = await client.query<{ name: string; n: string }>(counts.join(' union all '), [id]);
      for (const { name, n } of rows)
        if (n !== '0') leaks.push(`a shop sees its own rows alone: shop ${id} sees ${n} rows of others in ${name}`);
    }
  } finally {
    await client.query(`reset role`);
    await client.query(`select set_config('app.shop_id', '', false)`);
  }
  return leaks;
}

/** In one snapshot, so that workers may go on meanwhile. */
async function faultsAt(ownerUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    return await faultsIn(client);
  } finally {
    await client.end();
  }
}

/**
 * Fails with every fault there is.
 * @param database URL of the schema's owner, who sees every shop; or a connection of theirs, with what it has not committed
 */
export async function expectInvariants(database: string | pg.Client): Promise<void> {
  const faults = typeof database === 'string' ? await faultsAt(database) : await faultsIn(database);
  if (faults.length > 0) throw new Error(`The database breaks its invariants:\n${faults.join('\n')}`);
}
