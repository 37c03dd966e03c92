import { randomUUID } from 'node:crypto';
import type pg from 'pg';

interface Column {
  readonly name: string;
  readonly type: string;
}

export interface Table {
  readonly name: string;
  readonly shopColumn: string;
  /** Columns that say which partition a row goes to. */
  readonly partitionKeys: readonly Column[];
  /** Those that a row can't do without. */
  readonly columns: readonly Column[];
}

const TABLES = `
  select c.relname as name,
    case when bool_or(a.attname = 'shop_id') then 'shop_id' when c.relname = 'shop' then 'id' end as "shopColumn",
    coalesce((select json_agg(json_build_object('name', k.attname, 'type', format_type(k.atttypid, null))) from pg_partitioned_table p
      join pg_attribute k on k.attrelid = p.partrelid and k.attnum = any (p.partattrs) and k.attname <> 'shop_id'
      where p.partrelid = c.oid), '[]') as "partitionKeys",
    json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, null)) order by a.attnum)
      filter (where a.attnotnull and not a.atthasdef and a.attgenerated = '' and a.attidentity = '') as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where n.nspname = 'app' and c.relkind in ('r', 'p') and not c.relispartition
  group by c.oid, c.relname order by c.relname`;

/** Every table that has rows of shops, from the catalogue: nobody has to think of a new one. */
export async function readTables(owner: pg.Client): Promise<Table[]> {
  const { rows } = await owner.query<Table & { shopColumn: string | null }>(TABLES);
  return rows.filter(({ shopColumn }) => shopColumn !== null);
}

/** One row of each shop in every table. What they hold is nonsense, so what checks it goes: the database is the test's own. */
export async function fillTables(owner: pg.Client, tables: readonly Table[], shops: readonly string[]): Promise<void> {
  const { rows } = await owner.query<{ sql: string }>(
    `select format('alter table %s drop constraint %I cascade', c.conrelid::regclass, c.conname) as sql
     from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_namespace n on n.oid = t.relnamespace
     where n.nspname = 'app' and c.contype in ('f', 'c') and c.conparentid = 0 and c.coninhcount = 0
     order by c.contype desc`,
  );
  for (const { sql } of rows) await owner.query(sql);
  for (const { name, shopColumn, partitionKeys, columns } of tables)
    for (const shop of shops) {
      const row = new Map([...columns, ...partitionKeys].map((column) => [column.name, anyOf(column.type)]));
      row.set(shopColumn, shop);
      const places = [...row.keys()].map((_, index) => `$${index + 1}`).join(', ');
      await owner.query(`insert into app.${name} (${[...row.keys()].join(', ')}) values (${places})`, [
        ...row.values(),
      ]);
    }
}

/** Some value of a type. */
export function anyOf(type: string): unknown {
  if (type.endsWith('[]')) return [];
  if (type === 'uuid') return randomUUID();
  if (type === 'bytea') return Buffer.from(randomUUID());
  if (type === 'jsonb') return '{}';
  if (type === 'boolean') return false;
  if (type === 'date' || type.startsWith('timestamp')) return new Date();
  if (type === 'interval') return '1 day';
  if (/int|numeric|double|real/.test(type)) return 1;
  return randomUUID();
}
