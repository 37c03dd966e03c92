import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  createDataSource,
  finishRestore,
  makeSealingKey,
  prepareDatabase,
  type RestoreOptions,
  restoreBackup,
  takeBackup,
} from '#app/persistence';
import { jest } from '@jest/globals';
import { expectInvariants } from '../support/invariants.js';
import { freshDatabase, type TestDatabase } from '../support/test-database.js';
import { ApiRig } from './api-rig.js';
import { Life, PERSON } from './privacy-life.js';
import { ask } from '../support/ask.js';

/** The one of the cluster's roles: a restore sets their passwords. */
const secretKeys = ['a secret key for tests, thirty-two bytes or more'];
const NOT_ARCHIVED = `('schema_migration', 'server_line')`;

jest.setTimeout(180_000);
const folder = mkdtempSync(path.join(tmpdir(), 'afterglow-backup-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let rig: ApiRig;
let target: TestDatabase;
beforeAll(async () => {
  rig = await ApiRig.start('backup-from');
  const life = new Life(rig);
  await life.open();
  await life.live();
});
afterAll(() => rig?.stop());
beforeEach(async () => {
  target = await freshDatabase('backup-to');
});
afterEach(() => target?.drop());

const backUp = (name: string, recipients: string[] = []) =>
  takeBackup({ ownerUrl: rig.database.ownerUrl, secretKeys, place: path.join(folder, name), recipients });
const restore = (file: string, more: Partial<RestoreOptions> = {}) =>
  restoreBackup({
    ownerUrl: target.ownerUrl,
    secretKeys,
    file,
    identities: [],
    holdJourneys: false,
    allowLossy: true,
    ...more,
  });

/** Every row of every table, in an order of its own. */
async function contents(url: string): Promise<Record<string, string[]>> {
  const tables = await ask<{ name: string }>(
    url,
    `select c.relname as name from pg_class c where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p')
       and not c.relispartition and c.relname not in ${NOT_ARCHIVED} order by 1`,
  );
  const all: Record<string, string[]> = {};
  for (const { name } of tables)
    all[name] = (await ask<{ r: string }>(url, `select r::text from app.${name} r order by 1`)).map(({ r }) => r);
  return all;
}

/** What the schema is made of, but for rows. */
const SHAPE = `
select c.relname, c.relkind::text, c.relrowsecurity, c.relforcerowsecurity, (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies,
  (select array_agg(t.tgname || ' ' || t.tgenabled::text order by t.tgname) from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal)::text as triggers
from pg_class c where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`;

describe('a backup', () => {
  it('sealed and loaded into an empty database is the same installation', async () => {
    const { identity, recipient } = await makeSealingKey();
    const { file, rows } = await backUp('', [recipient]);
    expect(path.basename(file)).toMatch(/^afterglow-\d{8}T\d{6}Z\.tar\.gz\.age$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file).toString('latin1')).not.toContain('manifest.json');

    const report = await restore(file, { identities: [identity] });
    await finishRestore(target.ownerUrl);
    expect(report.rows).toBe(rows);
    const before = await contents(rig.database.ownerUrl);
    expect(Object.values(before).filter((list) => list.length > 0).length).toBeGreaterThan(25);
    expect(await contents(target.ownerUrl)).toEqual(before);
    expect(await ask(target.ownerUrl, SHAPE)).toEqual(await ask(rig.database.ownerUrl, SHAPE));
    await expectInvariants(target.ownerUrl);
  });

  it('of a month whose key was destroyed can be read by nobody, and the next month’s still can', async () => {
    const [march, april] = [await makeSealingKey(), await makeSealingKey()];
    const key = path.join(folder, 'march.key');
    writeFileSync(key, `${march.identity}\n`);
    const gone = (await backUp('march.age', [march.recipient])).file;
    const kept = (await backUp('april.age', [april.recipient])).file;
    rmSync(key);

    await expect(restore(gone)).rejects.toThrow(/is sealed/);
    await expect(restore(gone, { identities: [april.identity] })).rejects.toThrow(/does not open/);
    const bytes = readFileSync(gone);
    // beyond the line that names the way of sealing nothing of it is text, and nothing can be packed any smaller
    for (const word of ['manifest', PERSON.email, march.recipient, march.identity, secretKeys[0] ?? ''])
      expect(bytes.includes(word)).toBe(false);
    expect(gzipSync(bytes).length).toBeGreaterThan(bytes.length * 0.99);
    await restore(kept, { identities: [april.identity] });
  });

  it('goes on counting where the old database stopped', async () => {
    const { file } = await backUp('sequences.tar.gz');
    await restore(file);
    const next = `select sequencename, last_value from pg_sequences where schemaname = 'app' order by 1`;
    expect(await ask(target.ownerUrl, next)).toEqual(await ask(rig.database.ownerUrl, next));
  });

  it('lets every shop’s journeys stand still until somebody decides, and takes in what comes', async () => {
    const { file } = await backUp('held.tar.gz');
    await restore(file, { holdJourneys: true });
    const shops = await ask(target.ownerUrl, 'select paused_at is not null as paused, pause_scope from app.shop');
    expect(shops).toEqual([{ paused: true, pause_scope: 'journeys' }]);
  });

  it('of an older schema is loaded into that schema, which is then brought up to date', async () => {
    const old = await freshDatabase('backup-old');
    try {
      await ask(old.ownerUrl, 'drop schema app cascade; create schema app');
      const dataSource = createDataSource(old.ownerUrl, { level: 2 });
      await dataSource.initialize();
      await dataSource.runMigrations();
      await dataSource.destroy();
      await ask(
        old.ownerUrl,
        `insert into app.shop (id, name, time_zone, currency, locale) values (gen_random_uuid(), 'old', 'UTC', 'EUR', 'en')`,
      );
      const place = path.join(folder, 'old.tar.gz');
      await takeBackup({ ownerUrl: old.ownerUrl, secretKeys, place, recipients: [] });
    } finally {
      await old.drop();
    }
    await restore(path.join(folder, 'old.tar.gz'));
    expect(await ask(target.ownerUrl, 'select name from app.shop')).toEqual([{ name: 'old' }]);
    const level = 'select count(*) as n from app.schema_migration';
    expect(await ask(target.ownerUrl, level)).toEqual(await ask(rig.database.ownerUrl, level));
    expect(await ask(target.ownerUrl, SHAPE)).toEqual(await ask(rig.database.ownerUrl, SHAPE));
  });
});

describe('a restore', () => {
  it('refuses a database in which there is an installation', async () => {
    const { file } = await backUp('full.tar.gz');
    await restore(file);
    await finishRestore(target.ownerUrl);
    const before = await contents(target.ownerUrl);
    await expect(restore(file)).rejects.toThrow(/holds an installation already/);
    expect(await contents(target.ownerUrl)).toEqual(before);
  });

  it('refuses a database on which Afterglow runs', async () => {
    const { file } = await backUp('running.tar.gz');
    const running = createDataSource(target.appUrl, { poolSize: 1 });
    await running.initialize();
    try {
      await expect(restore(file)).rejects.toThrow(/Stop all its processes/);
    } finally {
      await running.destroy();
    }
  });

  it('keeps every process out until it has finished', async () => {
    const { file } = await backUp('unfinished.tar.gz');
    await restore(file);
    const start = () => prepareDatabase({ ownerUrl: target.ownerUrl, secretKeys, allowLossy: true });
    await expect(start()).rejects.toThrow(/is being restored .* Run "afterglow restore" again/);
    await finishRestore(target.ownerUrl);
    await start();
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 200)],
    ['with a byte that changed', (bytes: Buffer) => flipped(bytes, Math.floor(bytes.length / 2))],
    ['that is something else', () => Buffer.from('a diary')],
  ])('refuses a file %s, and the next try finds the database empty', async (_what, damage) => {
    const { file } = await backUp('whole.tar.gz');
    const broken = path.join(folder, 'broken.tar.gz');
    writeFileSync(broken, damage(readFileSync(file)));
    await expect(restore(broken)).rejects.toThrow(/damaged or incomplete/);
    await restore(file);
    expect(await contents(target.ownerUrl)).toEqual(await contents(rig.database.ownerUrl));
  });

  it('refuses a sealed file without its key, with another, and when a byte of it changed', async () => {
    const [key, other] = [await makeSealingKey(), await makeSealingKey()];
    const { file } = await backUp('sealed.age', [key.recipient]);
    await expect(restore(file)).rejects.toThrow(/is sealed/);
    await expect(restore(file, { identities: [other.identity] })).rejects.toThrow(/does not open/);
    const broken = path.join(folder, 'broken.age');
    writeFileSync(broken, flipped(readFileSync(file), statSync(file).size - 20));
    await expect(restore(broken, { identities: [key.identity] })).rejects.toThrow(/damaged or incomplete/);
  });

  it('refuses what a newer Afterglow wrote, and what belongs to another secret key', async () => {
    await rig.owner.query(
      `insert into app.schema_migration (timestamp, name) values (9999999999999, 'Later9999999999999')`,
    );
    const { file } = await backUp('newer.tar.gz');
    await rig.owner.query(`delete from app.schema_migration where name = 'Later9999999999999'`);
    await expect(restore(file)).rejects.toThrow(/newer Afterglow \(Later9999999999999\)/);
    const other = 'quite another secret key, just as long as the first';
    await expect(restore((await backUp('mine.tar.gz')).file, { secretKeys: [other] })).rejects.toThrow(
      /another SECRET_KEY/,
    );
  });
});

describe('backing up', () => {
  it('refuses what is no public key, and leaves nothing behind', async () => {
    await expect(backUp('nobody.age', ['age1nobody'])).rejects.toThrow(/no public key/);
    expect(statSync(path.join(folder, 'nobody.age'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('refuses a database without tables of Afterglow', async () => {
    await ask(target.ownerUrl, 'drop schema app cascade');
    const place = path.join(folder, 'nothing.tar.gz');
    await expect(takeBackup({ ownerUrl: target.ownerUrl, secretKeys, place, recipients: [] })).rejects.toThrow(
      /nothing/,
    );
  });
});

function flipped(bytes: Buffer, position: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[position] = (changed[position] ?? 0) ^ 0xff;
  return changed;
}
