import type { Client } from 'pg';
import type { Manifest, TableSum } from './archive-contents.js';

/** What TypeORM notes of itself, and what is true of one server alone. */
const NOT_ARCHIVED = ['schema_migration', 'server_line'];

/** The forms of values in an archive: those of every server, whatever it is set to. */
const FORMS = `
set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres'; set local timezone = 'UTC';
set local extra_float_digits = 1; set local bytea_output = 'hex'; set local client_encoding = 'UTF8';
set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0; set local synchronize_seqscans = off`;

const COLUMNS = `
select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and c.relname <> all ($1)
group by c.relname order by c.relname`;

const REFERENCES = `
select distinct f.relname as "from", t.relname as "to"
from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
where k.contype = 'f' and k.conparentid = 0 and f.relnamespace = 'app'::regnamespace and f.oid <> t.oid`;

const MONTHS = `
select distinct to_char(to_date(substring(c.relname from '_(\\d{4}_\\d{2})$'), 'YYYY_MM'), 'YYYY-MM-DD') as month
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where c.relnamespace = 'app'::regnamespace and c.relname ~ '_\\d{4}_\\d{2}$' order by month`;

const SEQUENCES = `select sequencename as name, last_value::text as value from pg_sequences where schemaname = 'app'`;

type Tables = Manifest['tables'];

export async function fixForms(client: Client): Promise<void> {
  await client.query(FORMS);
}

/** Every table whose rows belong into an archive, those first that others refer to. */
export async function readTables(client: Client): Promise<Tables> {
  const tables = await client.query<Tables[number]>(COLUMNS, [NOT_ARCHIVED]);
  const references = await client.query<{ from: string; to: string }>(REFERENCES);
  return inOrder(tables.rows, references.rows);
}

/** @throws Error where tables refer to each other in a ring: such rows could not be loaded one table after the other */
function inOrder(tables: Tables, references: readonly { from: string; to: string }[]): Tables {
  const waiting = new Map(tables.map((table) => [table.name, table]));
  const ordered: Tables = [];
  while (waiting.size > 0) {
    const free = [...waiting.values()].filter(({ name }) =>
      references.every(({ from, to }) => from !== name || !waiting.has(to)),
    );
    if (free.length === 0) throw new Error(`Tables refer to each other: ${[...waiting.keys()].join(', ')}.`);
    for (const table of free) waiting.delete(table.name);
    ordered.push(...free);
  }
  return ordered;
}

export async function readMonths(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ month: string }>(MONTHS);
  return rows.map(({ month }) => month);
}

export async function readSequences(client: Client): Promise<Record<string, string | null>> {
  const { rows } = await client.query<{ name: string; value: string | null }>(SEQUENCES);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

/** md5, because its values are the same in every version of PostgreSQL; a sum, because the order of rows is not. */
export async function sumOf(client: Client, { name, columns }: Tables[number]): Promise<TableSum> {
  const { rows } = await client.query<TableSum>(
    `select count(*)::text as rows, coalesce(sum(('x' || left(md5(r::text), 15))::bit(60)::bigint), 0)::text as sum
     from (select ${listOf(columns)} from app.${quoted(name)}) r`,
  );
  return rows[0] ?? { rows: '0', sum: '0' };
}

export function listOf(columns: readonly string[]): string {
  return columns.map(quoted).join(', ');
}

/** Names are checked where they are read: letters, digits and underscores. */
export function quoted(name: string): string {
  return `"${name}"`;
}
