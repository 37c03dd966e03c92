import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { EmbeddedPostgres } from '#app/persistence';

const isRoot = process.getuid?.() === 0;
const describeAsRoot = isRoot ? describe : describe.skip;
const compiled = path.resolve(import.meta.dirname, '../../dist/libs/persistence/src/embedded/index.js');

type Options = ConstructorParameters<typeof EmbeddedPostgres>[0];

let folder: string;
let cleanUps: (() => Promise<unknown>)[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'afterglow-embedded-'));
  await chmod(folder, 0o755);
  cleanUps = [() => rm(folder, { recursive: true, force: true })];
});

afterEach(async () => {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
});

function embedded(options: Partial<Options> = {}): EmbeddedPostgres {
  const instance = new EmbeddedPostgres({ dataDir: path.join(folder, 'data'), unsafe: true, ...options });
  cleanUps.push(() => instance.stop('immediate'));
  return instance;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  // a server killed later on must not end the test run
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function postmasterPid(directory: string): Promise<number> {
  return Number((await readFile(path.join(directory, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** A pid file as a killed server leaves it, naming a process of our choice. */
async function forgePidFile(directory: string, pid: number, port: number): Promise<void> {
  const lines = [pid, directory, 1_700_000_000, port, '', '127.0.0.1', '  5432001    131072', 'ready   ', ''];
  await writeFile(path.join(directory, 'postmaster.pid'), lines.join('\n'));
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the child ended with ${code}`)));
  });
}

/** Runs a program as the owner of a folder: PostgreSQL ignores the processes of other users. */
async function spawnAsOwnerOf(directory: string, file: string, args: string[]): Promise<ChildProcess> {
  const { uid, gid } = await stat(directory);
  const child = spawn(file, args, { ...(isRoot ? { uid, gid } : {}), cwd: '/', stdio: ['ignore', 'pipe', 'ignore'] });
  cleanUps.push(async () => child.kill('SIGKILL'));
  return child;
}

/** Another process that starts the cluster, says so and lives until it is killed. */
async function startInChild(dataDir: string): Promise<{ child: ChildProcess; pid: number; directory: string }> {
  if (!existsSync(compiled)) throw new Error('There is no build. Run npm run test:medium, which makes it.');
  const script = `
    import { EmbeddedPostgres } from ${JSON.stringify(pathToFileURL(compiled).href)};
    const pg = new EmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, unsafe: true });
    const { directory } = await pg.start();
    console.log(directory);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUps.push(async () => child.kill('SIGKILL'));
  const directory = await firstLine(child);
  return { child, directory, pid: await postmasterPid(directory) };
}

async function killHard(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

describe('a cold start', () => {
  it('makes a UTF-8 cluster that listens on the loopback address alone', async () => {
    const pg = embedded();
    const started = await pg.start();
    expect(started).toMatchObject({ adopted: false, initialised: true, relocated: false });
    const [row] = await query(
      pg.url(),
      `select current_setting('server_encoding') as encoding, current_setting('listen_addresses') as addresses,
              current_setting('unix_socket_directories') as sockets, current_user as who`,
    );
    expect(row).toEqual({ encoding: 'UTF8', addresses: '127.0.0.1', sockets: '', who: 'afterglow' });
  });

  it('keeps durability on unless told otherwise', async () => {
    const pg = embedded({ unsafe: false, settings: { work_mem: '5MB' } });
    await pg.start();
    const [row] = await query(
      pg.url(),
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits,
              current_setting('full_page_writes') as pages, current_setting('work_mem') as memory`,
    );
    expect(row).toEqual({ fsync: 'on', commits: 'on', pages: 'on', memory: '5MB' });
  });

  it('keeps the password in a file for its owner alone and refuses any other', async () => {
    const pg = embedded();
    await pg.start();
    const record = await stat(path.join(folder, 'data', 'postgres.json'));
    expect(record.mode & 0o777).toBe(0o600);
    const wrong = new URL(pg.url());
    wrong.password = 'postgres';
    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('makes, clones and drops databases', async () => {
    const pg = embedded();
    await pg.start();
    await pg.createDatabase('base');
    await query(pg.url('base'), 'create table t as select 7 as n');
    await pg.createDatabase('Copy "1"', 'base');
    await pg.createDatabase('Copy "1"', 'base');
    expect(await query(pg.url('Copy "1"'), 'select n from t')).toEqual([{ n: 7 }]);
    await pg.dropDatabase('Copy "1"');
    await pg.dropDatabase('Copy "1"');
    await expect(query(pg.url('Copy "1"'), 'select 1')).rejects.toMatchObject({ code: '3D000' });
  });
});

describe('the next start', () => {
  it('finds the data on the same port', async () => {
    const first = embedded();
    const { port } = await first.start();
    await query(first.url(), 'create table t as select 7 as n');
    await first.stop();
    const second = embedded();
    expect(await second.start()).toMatchObject({ port, adopted: false, initialised: false });
    expect(await query(second.url(), 'select n from t')).toEqual([{ n: 7 }]);
  });

  it('moves to another port, for good, when its own is taken', async () => {
    const first = embedded();
    const { port } = await first.start();
    await first.stop();
    const squatter = createServer().listen(port, '127.0.0.1');
    const freePort = () => new Promise((resolve) => squatter.close(resolve));
    cleanUps.push(freePort);
    const second = embedded();
    const moved = await second.start();
    expect(moved.port).not.toBe(port);
    await second.stop();
    await freePort();
    expect(await embedded().start()).toMatchObject({ port: moved.port });
  });

  it('recovers what was committed when the server was killed', async () => {
    const first = embedded({ unsafe: false });
    const { directory } = await first.start();
    await query(first.url(), 'create table t as select 7 as n');
    process.kill(await postmasterPid(directory), 'SIGKILL');
    await first.stop();
    const second = embedded({ unsafe: false });
    expect(await second.start()).toMatchObject({ adopted: false, initialised: false });
    expect(await query(second.url(), 'select n from t')).toEqual([{ n: 7 }]);
  });

  it('ends a query that a killed server left running', async () => {
    const pg = embedded();
    const { directory } = await pg.start();
    const endless = query(pg.url(), 'select count(*) from generate_series(1, 1000000000)').catch(() => 'lost');
    await sleep(300);
    process.kill(await postmasterPid(directory), 'SIGKILL');
    await pg.stop();
    expect(await pg.start()).toMatchObject({ adopted: false });
    expect(await endless).toBe('lost');
  });

  it('adopts the server of a process that was killed', async () => {
    const { child, pid, directory } = await startInChild(path.join(folder, 'data'));
    await killHard(child);
    const pg = embedded();
    expect(await pg.start()).toMatchObject({ adopted: true, initialised: false });
    expect(await postmasterPid(directory)).toBe(pid);
    await pg.stop();
    expect(existsSync(path.join(directory, 'postmaster.pid'))).toBe(false);
  });

  it('restarts an orphaned server that runs with other settings', async () => {
    const { child, pid, directory } = await startInChild(path.join(folder, 'data'));
    await killHard(child);
    const pg = embedded({ unsafe: false });
    expect(await pg.start()).toMatchObject({ adopted: false, initialised: false });
    expect(await postmasterPid(directory)).not.toBe(pid);
    expect(await query(pg.url(), 'show fsync')).toEqual([{ fsync: 'on' }]);
  });

  it('recovers when both the process and the server were killed', async () => {
    const { child, pid } = await startInChild(path.join(folder, 'data'));
    await killHard(child);
    process.kill(pid, 'SIGKILL');
    expect(await embedded().start()).toMatchObject({ adopted: false, initialised: false });
  });

  it('clears a pid file that names another program, a zombie, or nothing', async () => {
    const pg = embedded();
    const { directory, port } = await pg.start();
    await pg.stop();
    const stranger = await spawnAsOwnerOf(directory, 'sleep', ['60']);
    // `exec` leaves the first sleep to a parent that never asks how it ended
    const careless = await spawnAsOwnerOf(directory, 'sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 60']);
    const zombiePid = Number(await firstLine(careless));
    await sleep(100);
    for (const pid of [stranger.pid!, zombiePid]) {
      await forgePidFile(directory, pid, port);
      expect(await pg.start()).toMatchObject({ port, adopted: false });
      await pg.stop();
    }
    await writeFile(path.join(directory, 'postmaster.pid'), '');
    expect(await pg.start()).toMatchObject({ port, adopted: false });
  });
});

describe('a data folder', () => {
  it('has one process at a time', async () => {
    const pg = embedded();
    await pg.start();
    const held = new RegExp(`is in use by process ${process.pid}\\. Stop that one first`);
    await expect(embedded().start()).rejects.toThrow(held);
    expect(await query(pg.url(), 'select 1 as n')).toEqual([{ n: 1 }]);
    await pg.stop();
    await embedded().start();
  });

  it('is taken over from a lock whose pid was given to another process', async () => {
    const pg = embedded();
    await pg.start();
    const lock = path.join(folder, 'data', 'afterglow.lock');
    const holder = JSON.parse(await readFile(lock, 'utf8')) as Record<string, unknown>;
    await pg.stop('immediate');
    await writeFile(lock, JSON.stringify({ ...holder, id: 'gone', pid: process.ppid }));
    expect(await embedded().start()).toMatchObject({ initialised: false });
  });

  it('runs beside another one', async () => {
    const [left, right] = [embedded(), embedded({ dataDir: path.join(folder, 'other') })];
    const [first, second] = await Promise.all([left.start(), right.start()]);
    expect(first.port).not.toBe(second.port);
    await query(left.url(), 'create table t as select 7 as n');
    await expect(query(right.url(), 'select n from t')).rejects.toMatchObject({ code: '42P01' });
  });

  it('says what is missing when its password file or its cluster is gone', async () => {
    const pg = embedded();
    const { directory } = await pg.start();
    await pg.stop();
    const record = path.join(folder, 'data', 'postgres.json');
    await rename(record, `${record}.away`);
    await expect(pg.start()).rejects.toThrow(/postgres\.json with its password is gone/);
    await rename(`${record}.away`, record);
    await rename(directory, `${directory}.away`);
    await expect(pg.start()).rejects.toThrow(/is no longer there\. Put it back/);
  });

  it('tells why the server did not start, in its own words', async () => {
    const pg = embedded({ settings: { no_such_setting: '1' } });
    await expect(pg.start()).rejects.toThrow(/Correct the database settings[^]*unrecognized configuration parameter/);
    await embedded().start();
  });
});

describeAsRoot('a data folder below a closed folder of root', () => {
  it('keeps its cluster elsewhere and finds it again', async () => {
    const closed = path.join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const dataDir = path.join(closed, 'data');
    const first = embedded({ dataDir });
    const { directory, relocated } = await first.start();
    cleanUps.splice(1, 0, () => rm(directory, { recursive: true, force: true }));
    expect(relocated).toBe(true);
    expect(directory.startsWith('/var/lib/afterglow/')).toBe(true);
    await query(first.url(), 'create table t as select 7 as n');
    await first.stop();
    const second = embedded({ dataDir });
    expect(await second.start()).toMatchObject({ directory, relocated: true, initialised: false });
    expect(await query(second.url(), 'select n from t')).toEqual([{ n: 7 }]);
  });
});
