import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { finishRestore, prepareDatabase, restoreBackup, sealAgain, takeBackup } from '#app/persistence';
import { SecretKeyring } from '#app/platform';
import { jest } from '@jest/globals';
import pg from 'pg';
import { freshDatabase, type TestDatabase } from '../support/test-database.js';
import { ApiRig, SECRET_KEY } from './api-rig.js';
import { Life } from './privacy-life.js';

/** The one of the rig, then two that come after it. */
const FIRST = 'a secret key for tests, thirty-two bytes or more';
const SECOND = 'the second secret key of the installation, as long';
const THIRD = 'the third secret key of the installation, as long';

jest.setTimeout(180_000);
const folder = mkdtempSync(path.join(tmpdir(), 'afterglow-rotate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let database: TestDatabase;
let owner: pg.Client;
beforeEach(async () => {
  database = await freshDatabase('rotate');
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterEach(async () => {
  await owner.end();
  await database.drop();
});

const prepare = (...secretKeys: string[]) =>
  prepareDatabase({ ownerUrl: database.ownerUrl, secretKeys, allowLossy: true });
const rotate = (...secretKeys: string[]) => sealAgain({ ownerUrl: database.ownerUrl, secretKeys });
const idOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

async function shopWithSources(secretKey: string, count: number): Promise<void> {
  const ring = new SecretKeyring([secretKey]);
  await owner.query(
    `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'rotating', 'UTC', 'EUR', 'en')`,
    [idOf(1)],
  );
  for (let n = 1; n <= count; n += 1)
    await owner.query(
      `insert into app.source (shop_id, id, kind, name, secrets) values ($1, $2, 'shopify', 'shop', $3)`,
      [idOf(1), idOf(n), ring.seal(JSON.stringify([{ secret: `secret-${n}`, notAfter: null }]), `source|${idOf(n)}`)],
    );
}

/** What opens with these keys. */
async function opened(...secretKeys: string[]): Promise<number> {
  const ring = new SecretKeyring(secretKeys);
  const { rows } = await owner.query<{ id: string; secrets: string }>('select id, secrets from app.source');
  return rows.filter(({ id, secrets }) => {
    try {
      return ring.open(secrets, `source|${id}`).includes('secret-');
    } catch {
      return false;
    }
  }).length;
}

describe('rotating secrets', () => {
  it('moves everything in batches, is found done the second time, and says what no key opens', async () => {
    await shopWithSources(FIRST, 450);
    await owner.query(`update app.source set secrets = 'v1.nonsense' where id = $1`, [idOf(7)]);
    const { moved, left, lost } = await rotate(SECOND, FIRST);
    expect({ moved, left, lost }).toEqual({ moved: 451, left: 0, lost: [`source|${idOf(7)}`] });
    expect(await opened(SECOND)).toBe(449);
    expect(await opened(FIRST)).toBe(0);
    expect((await rotate(SECOND, FIRST)).moved).toBe(0);
    expect((await rotate(THIRD, FIRST, SECOND)).moved).toBe(451);
    await expect(prepare(SECOND)).rejects.toThrow(/another SECRET_KEY/);
  });

  it('goes on where it was cut off, and overwrites nothing that was changed meanwhile', async () => {
    await shopWithSources(FIRST, 30);
    const newest = new SecretKeyring([SECOND]).seal('[{"secret":"secret-new","notAfter":null}]', `source|${idOf(20)}`);
    // somebody is at row 20: the command waits there
    await owner.query('begin');
    await owner.query('update app.source set secrets = $2 where id = $1', [idOf(20), newest]);
    const running = rotate(SECOND, FIRST);
    await waitUntilBlocked();
    await owner.query('commit');
    const { left, lost } = await running;
    expect({ left, lost }).toEqual({ left: 0, lost: [] });
    const { rows } = await owner.query<{ secrets: string }>('select secrets from app.source where id = $1', [idOf(20)]);
    expect(rows[0]?.secrets).toBe(newest);
    expect(await opened(SECOND)).toBe(30);
  });

  it('gives a new installation a root of its own, and an older one that of its key, once and for all', async () => {
    const fresh = await prepare(FIRST);
    expect(Buffer.from(fresh.root).equals(SecretKeyring.rootOf(FIRST))).toBe(false);
    await rotate(SECOND, FIRST);
    expect(Buffer.from((await prepare(SECOND)).root).equals(fresh.root)).toBe(true);

    await owner.query('delete from app.installation_key');
    await shopWithSources(FIRST, 1);
    await expect(prepare(SECOND, FIRST)).rejects.toThrow(/without SECRET_KEY_FALLBACKS/);
    await expect(prepare(SECOND)).rejects.toThrow(/another SECRET_KEY/);
    expect(Buffer.from((await prepare(FIRST)).root).equals(SecretKeyring.rootOf(FIRST))).toBe(true);
    await rotate(SECOND, FIRST);
    expect(Buffer.from((await prepare(SECOND)).root).equals(SecretKeyring.rootOf(FIRST))).toBe(true);
  });

  it('knows every column that is sealed', async () => {
    const rig = await ApiRig.start('rotate-columns');
    try {
      const life = new Life(rig);
      await life.open();
      await life.live();
      await rig.post('/api/v1/sources', { kind: 'shopify', name: 'shop', secret: 'a shopify secret' });
      await rig.call('GET', '/api/v1/webhooks/secret');
      await rig.call('POST', '/api/v1/sources', {
        body: { kind: 'shopify', name: 'again', secret: 'a second secret' },
        headers: { 'idempotency-key': 'once-only-please' },
      });
      const { rows: columns } = await rig.owner.query<{ table: string; column: string }>(
        `select c.relname as table, a.attname as column from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           and a.attnum > 0 and not a.attisdropped and a.atttypid in ('text'::regtype, 'jsonb'::regtype)`,
      );
      const found: string[] = [];
      for (const { table, column } of columns) {
        const { rowCount } = await rig.owner.query(
          `select 1 from app.${table} where ${column}::text ~ '^"?v1\\.[A-Za-z0-9_-]{38,}"?$' limit 1`,
        );
        if (rowCount) found.push(`${table}.${column}`);
      }
      // what these columns hold opens by what they are said to be bound to
      await rig.owner.query('delete from app.installation_key');
      const secretKeys = [SECOND, SECRET_KEY];
      const { lost } = await sealAgain({ ownerUrl: rig.database.ownerUrl, secretKeys });
      expect(lost).toEqual([]);
      expect(found).toEqual(
        expect.arrayContaining(['idempotency_key.answer', 'source.secrets', 'webhook_secret.secrets']),
      );
      const known = [
        'idempotency_key.answer',
        'installation_key.sealed',
        'privacy_request.names',
        'source.secrets',
        'webhook_secret.secrets',
      ];
      expect(found.filter((column) => !known.includes(column))).toEqual([]);
    } finally {
      await rig.stop();
    }
  });
});

describe('a backup and a change of the key', () => {
  const backUp = (name: string, ...secretKeys: string[]) =>
    takeBackup({ ownerUrl: database.ownerUrl, secretKeys, place: path.join(folder, name), recipients: [] });

  async function restored(file: string, ...secretKeys: string[]): Promise<Uint8Array> {
    const target = await freshDatabase('rotate-target');
    const common = { ownerUrl: target.ownerUrl, secretKeys, allowLossy: true };
    try {
      await restoreBackup({ ...common, file, identities: [], holdJourneys: false });
      await finishRestore(target.ownerUrl);
      return (await prepareDatabase(common)).root;
    } finally {
      await target.drop();
    }
  }

  it('belongs together before, in the middle and after it', async () => {
    await shopWithSources(FIRST, 3);
    const { root } = await prepare(FIRST);
    const before = (await backUp('before', FIRST)).file;
    const middle = (await backUp('middle', SECOND, FIRST)).file;
    await rotate(SECOND, FIRST);
    const after = (await backUp('after', SECOND, FIRST)).file;

    expect(await restored(before, SECOND, FIRST)).toEqual(root);
    await expect(restored(before, SECOND)).rejects.toThrow(/another SECRET_KEY/);
    expect(await restored(middle, FIRST, SECOND)).toEqual(root);
    await expect(restored(middle, SECOND)).rejects.toThrow(/another SECRET_KEY/);
    expect(await restored(after, SECOND)).toEqual(root);
    await expect(restored(after, FIRST)).rejects.toThrow(/another SECRET_KEY/);
    await expect(backUp('foreign', THIRD)).rejects.toThrow(/another SECRET_KEY/);
  });
});

async function waitUntilBlocked(): Promise<void> {
  const watcher = new pg.Client({ connectionString: database.ownerUrl });
  await watcher.connect();
  try {
    for (;;) {
      const { rowCount } = await watcher.query(
        `select 1 from pg_stat_activity where application_name = 'afterglow-rotate-secrets' and wait_event_type = 'Lock'`,
      );
      if (rowCount) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await watcher.end();
  }
}
