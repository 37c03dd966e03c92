import { existsSync, mkdtempSync, chmodSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  EmbeddedPostgres,
  finishRestore,
  prepareDatabase,
  restoreBackup,
  takeBackup,
  upgradeCluster,
} from '#app/persistence';
import { ask } from '../support/ask.js';

/** Where Debian puts an older PostgreSQL. */
const OLDER = ['17', '16', '15']
  .map((major) => `/usr/lib/postgresql/${major}/bin`)
  .find((folder) => existsSync(folder));
const secretKeys = ['a secret key of the data folder, long enough for all'];
const PATIENCE_MS = 180_000;

const move = (folder: string) => async (from: string, to: string) => {
  const file = path.join(folder, 'rows.tar.gz');
  await takeBackup({ ownerUrl: from, secretKeys, place: file, recipients: [] });
  await restoreBackup({ ownerUrl: to, secretKeys, file, identities: [], holdJourneys: false });
  await finishRestore(to);
};

const suite = OLDER === undefined ? describe.skip : describe;
if (OLDER === undefined) process.stderr.write('skipped: upgrades: no older PostgreSQL in /usr/lib/postgresql\n');

suite('a data folder that an older PostgreSQL made', () => {
  let dataDir: string;
  const running: EmbeddedPostgres[] = [];
  const upgrade = (how = move(dataDir)) =>
    upgradeCluster({ dataDir, programs: OLDER ?? '', database: 'afterglow', move: how });
  const versionOf = () => readFileSync(path.join(dataDir, 'postgres', 'PG_VERSION'), 'utf8').trim();

  beforeAll(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'afterglow-upgrade-'));
    chmodSync(dataDir, 0o755);
    const old = new EmbeddedPostgres({ dataDir, programs: OLDER ?? '' });
    running.push(old);
    await old.start();
    await old.createDatabase('afterglow');
    await prepareDatabase({ ownerUrl: old.url('afterglow'), secretKeys });
    await ask(
      old.url('afterglow'),
      `insert into app.shop (id, name, time_zone, currency, locale) values (gen_random_uuid(), 'long ago', 'UTC', 'EUR', 'en')`,
    );
    await old.stop();
  }, PATIENCE_MS);
  afterAll(async () => {
    for (const server of running) await server.stop('immediate');
    rmSync(dataDir, { recursive: true, force: true });
  }, PATIENCE_MS);

  it(
    'is refused by ours, with the way out',
    async () => {
      const ours = new EmbeddedPostgres({ dataDir });
      await expect(ours.start()).rejects.toThrow(/afterglow upgrade --programs/);
    },
    PATIENCE_MS,
  );

  it(
    'is what it was when the move fails',
    async () => {
      const before = versionOf();
      const failing = upgrade(() => Promise.reject(new Error('the disk is full')));
      await expect(failing).rejects.toThrow('the disk is full');
      expect(versionOf()).toBe(before);
    },
    PATIENCE_MS,
  );

  it(
    'is taken over with its rows, and the old one is kept',
    async () => {
      const old = versionOf();
      const upgraded = await upgrade();
      expect(readFileSync(path.join(upgraded?.kept ?? '', 'PG_VERSION'), 'utf8').trim()).toBe(old);
      expect(Number(versionOf())).toBeGreaterThan(Number(old));
      const ours = new EmbeddedPostgres({ dataDir });
      running.push(ours);
      await ours.start();
      await prepareDatabase({ ownerUrl: ours.url('afterglow'), secretKeys });
      expect(await ask(ours.url('afterglow'), 'select name, paused_at from app.shop')).toEqual([
        { name: 'long ago', paused_at: null },
      ]);
      await ours.stop();
    },
    PATIENCE_MS,
  );
});
