import { IMPERSONAL_TABLES, PERSONAL_TABLES } from '#app/persistence';
import { jest } from '@jest/globals';
import { canariesIn } from '../support/canaries.js';
import { ApiRig } from './api-rig.js';
import { Life, PERSON } from './privacy-life.js';

jest.setTimeout(60_000);

/** Columns by which a row belongs to somebody, or to something of theirs. */
const TELLING = ['customer_id', 'message_id', 'run_id', 'case_id', 'address', 'email', 'phone', 'payload', 'body'];
/** Tables whose rows belong to a run that is over with its person: the id of the run is all they hold. */
const HOLDS_AN_ID_ALONE = ['timer'];
/** Its addresses are those of who works for the shop, not of customers. */
const OF_THE_TEAM = ['member'];

let rig: ApiRig;
let columns: Map<string, string[]>;

beforeAll(async () => {
  rig = await ApiRig.start('privacy-tables');
  const { rows } = await rig.owner.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where n.nspname = 'app' and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'schema_migration'
     group by c.relname`,
  );
  columns = new Map(rows.map((row) => [row.name, row.columns]));
}, 60_000);
afterAll(() => rig.stop());

describe('the list of what holds something of people', () => {
  it('names every table of the database once: libs/persistence/src/privacy says what becomes of a new one', () => {
    const listed = [...PERSONAL_TABLES.map(({ table }) => table), ...Object.keys(IMPERSONAL_TABLES)];
    expect(listed.toSorted()).toEqual([...columns.keys()].toSorted());
  });

  it('counts no table as impersonal that refers to a person', () => {
    const doubtful = Object.keys(IMPERSONAL_TABLES)
      .filter((table) => ![...HOLDS_AN_ID_ALONE, ...OF_THE_TEAM].includes(table))
      .filter((table) => columns.get(table)?.some((column) => TELLING.includes(column)));
    expect(doubtful).toEqual([]);
  });

  it('says of every column whether an erasure empties it', () => {
    for (const { table, erasure } of PERSONAL_TABLES) {
      if (erasure.rows === 'deleted') continue;
      const said = [...Object.keys(erasure.clears), ...erasure.stays].toSorted();
      expect([table, said]).toEqual([
        table,
        columns
          .get(table)
          ?.filter((name) => name !== 'shop_id')
          .toSorted(),
      ]);
    }
  });
});

describe('an export', () => {
  it('holds every word that an erasure would take away, and nothing of anybody else', async () => {
    const life = new Life(rig);
    await life.open();
    await life.tell({ type: 'order.placed', customer: { email: 'other@mail.example' }, order: { externalId: 'o-2' } });
    await life.live();
    const customer = await life.idOf(PERSON.email);
    const answer = await rig.get<{ data: Record<string, object[]> }>(`/api/v1/customers/${customer}/export`);
    expect(answer).toMatchObject({ status: 200, body: { customer } });
    const found = canariesIn(answer.text, PERSON);
    for (const name of Object.keys(PERSON))
      expect([name, found.some((find) => find.startsWith(name))]).toEqual([name, true]);
    expect(answer.text).not.toContain('other@mail.example');
    const empty = Object.entries(answer.body.data).filter(([, rows]) => rows.length === 0);
    // found by the words of bodies alone; no publication, date or request of this life
    expect(empty.map(([table]) => table)).toEqual([
      'inbox_dedupe',
      'link_hit',
      'message_status',
      'contact_verdict',
      'journey_publication_run',
      'journey_date',
      'assignment',
      'privacy_request',
    ]);
    const { rows } = await rig.owner.query(
      `select operation, action, subject_id from app.audit_entry where action = 'export'`,
    );
    expect(rows).toEqual([{ operation: 'GET /api/v1/customers/:id/export', action: 'export', subject_id: customer }]);
  });

  it('of nobody is 404', async () => {
    const nobody = '0190a000-0000-7000-8000-00000000000c';
    expect(await rig.get(`/api/v1/customers/${nobody}/export`)).toMatchObject({ status: 404 });
    expect(await rig.post(`/api/v1/customers/${nobody}/erase`, { reason: 'asked' })).toMatchObject({ status: 404 });
    expect(await rig.post(`/api/v1/customers/${nobody}/erase`, { reason: 'Ada asked' })).toMatchObject({ status: 422 });
  });
});
