import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { freshDatabase, type TestDatabase } from '../support/test-database.js';
import { anyOf, fillTables, readTables, type Table } from './every-table.js';

const [A, B] = [randomUUID(), randomUUID()];
/** As a pooled connection has it between two transactions. */
const UNSET = '';
const WHO = [
  ['shop A', A],
  ['shop B', B],
  ['no shop', UNSET],
] as const;

/** Reached by functions alone, or the same for every shop. */
const WITHOUT_SHOP = ['login_attempt', 'virtual_clock'];

let database: TestDatabase;
let owner: pg.Client;
let app: pg.Client;
let tables: Table[];

beforeAll(async () => {
  database = await freshDatabase('isolation');
  owner = new pg.Client({ connectionString: database.ownerUrl });
  app = new pg.Client({ connectionString: database.appUrl });
  await Promise.all([owner.connect(), app.connect()]);
  tables = await readTables(owner);
  await fillTables(owner, tables, [A, B]);
}, 120_000);
afterAll(async () => {
  await Promise.all([owner.end(), app.end()]);
  await database.drop();
});

type Outcome = { readonly rows: unknown[]; readonly count: number } | { readonly refused: string };

/** One statement as the runtime role on behalf of a shop; nothing of it stays. */
async function attempt(shop: string, sql: string, values: unknown[] = []): Promise<Outcome> {
  await app.query('begin');
  try {
    await app.query(`select set_config('app.shop_id', $1, true)`, [shop]);
    const { rows, rowCount } = await app.query({ text: sql, values, rowMode: 'array' });
    return { rows: rows.map(([first]) => first as unknown), count: rowCount ?? 0 };
  } catch (error) {
    if (error instanceof pg.DatabaseError) return { refused: `${error.code} ${error.message}` };
    throw error;
  } finally {
    await app.query('rollback');
  }
}

/** What somebody can do that they must not. */
async function leaksOf(table: Table, shop: string): Promise<string[]> {
  return [...(await leaksOut(table, shop)), ...(await leaksIn(table, shop))];
}

/** Rows of others that are read, changed or deleted. */
async function leaksOut({ name, shopColumn }: Table, shop: string): Promise<string[]> {
  const leaks: string[] = [];
  const seen = await attempt(shop, `select ${shopColumn} from app.${name}`);
  if ('rows' in seen && seen.rows.some((of) => of !== shop)) leaks.push('select');
  for (const sql of [`update app.${name} set ${shopColumn} = ${shopColumn}`, `delete from app.${name}`]) {
    const done = await attempt(shop, `${sql} returning ${shopColumn}`);
    if ('rows' in done && done.rows.some((of) => of !== shop)) leaks.push(sql.slice(0, 6));
    const foreign = await attempt(shop, `${sql} where ${shopColumn} <> $1`, [shop || A]);
    if ('count' in foreign && foreign.count > 0) leaks.push(`${sql.slice(0, 6)} of others`);
  }
  return leaks;
}

/** Rows that are made for others, or given to them. */
async function leaksIn({ name, shopColumn, partitionKeys }: Table, shop: string): Promise<string[]> {
  const leaks: string[] = [];
  for (const other of [A, B].filter((one) => one !== shop)) {
    const columns = [shopColumn, ...partitionKeys.map((key) => key.name)];
    const values = [other, ...partitionKeys.map((key) => anyOf(key.type))];
    const places = values.map((_, index) => `$${index + 1}`).join(', ');
    const made = await attempt(shop, `insert into app.${name} (${columns.join(', ')}) values (${places})`, values);
    // row-level security speaks before any constraint of the table
    if (!('refused' in made) || !made.refused.startsWith('42501')) leaks.push('insert');
    const moved = await attempt(shop, `update app.${name} set ${shopColumn} = $1`, [other]);
    if ('count' in moved && moved.count > 0) leaks.push('move');
  }
  return leaks;
}

describe('the runtime role', () => {
  it.each(WHO)('on behalf of %s reads, changes, deletes and makes rows of no other', async (_title, shop) => {
    const leaks: Record<string, string[]> = {};
    for (const table of tables) {
      const found = await leaksOf(table, shop);
      if (found.length > 0) leaks[table.name] = found;
    }
    expect(leaks).toEqual({});
  });

  it('sees its own rows in every table that it may read, so a leak would be seen too', async () => {
    expect(tables.length).toBeGreaterThan(40);
    const blind: string[] = [];
    for (const { name, shopColumn } of tables) {
      const seen = await attempt(A, `select ${shopColumn} from app.${name}`);
      if (!('rows' in seen) || seen.rows.length === 0) blind.push(name);
    }
    expect(blind).toEqual([]);
  });

  it('can do nothing to the tables that belong to no shop but read the clock', async () => {
    for (const name of WITHOUT_SHOP)
      for (const sql of [`insert into app.${name} default values`, `delete from app.${name}`, `truncate app.${name}`])
        expect(await attempt(A, sql)).toMatchObject({ refused: expect.stringMatching(/^42501/) });
    expect(await attempt(A, 'select 1 from app.login_attempt')).toMatchObject({
      refused: expect.stringMatching(/^42501/),
    });
  });

  it('owns nothing, is no superuser, and row-level security is forced on every table with a shop', async () => {
    const { rows: roles } = await owner.query(
      `select r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb,
         (select count(*)::int from pg_class c where c.relowner = r.oid) as owned
       from pg_roles r where r.rolname = 'afterglow_app'`,
    );
    expect(roles).toEqual([
      { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, owned: 0 },
    ]);
    const { rows } = await owner.query<{ relname: string }>(
      `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'app' and c.relkind in ('r', 'p') and not c.relispartition
         and not (c.relrowsecurity and c.relforcerowsecurity)`,
    );
    expect(rows.map(({ relname }) => relname).toSorted()).toEqual(['schema_migration', 'virtual_clock']);
    const { rows: open } = await owner.query(
      `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'app' and c.relispartition and c.relkind in ('r', 'p')
         and has_table_privilege('afterglow_app', c.oid, 'select, insert, update, delete')`,
    );
    // policies stand on the partitioned table: past it there is no way
    expect(open).toEqual([]);
  });

  it('a table without its policy is found: the test can fail', async () => {
    const table = tables.find(({ name }) => name === 'orders') as Table;
    await owner.query('alter table app.orders disable row level security');
    try {
      expect(await leaksOf(table, A)).toEqual([
        'select',
        'update',
        'update of others',
        'delete',
        'delete of others',
        'insert',
        'move',
      ]);
    } finally {
      await owner.query('alter table app.orders enable row level security');
    }
  });
});
