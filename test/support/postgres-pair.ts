import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { endWithUs, removeWithUs } from './end-with-us.js';
import { freePort } from './processes.js';
import { treeOf } from './process-tree.js';
import { TcpProxy } from './tcp-proxy.js';

/** Where Debian puts PostgreSQL's programs; the embedded one has none that copies a server. */
const PROGRAMS = ['18', '17', '16', '15']
  .map((major) => `/usr/lib/postgresql/${major}/bin`)
  .find((folder) => existsSync(path.join(folder, 'pg_basebackup')));
const SUPERUSER = 'afterglow';
const STANDBY = 'standby';
const LIMIT_MS = 60_000;

/** What keeps tests from a pair of servers, or undefined. */
export function pairObstacle(): string | undefined {
  return PROGRAMS === undefined ? 'no pg_basebackup in /usr/lib/postgresql: apt-get install postgresql' : undefined;
}

/** Two PostgreSQL servers of the distribution: a primary, and a standby that follows it over the network and may take over. */
export class PostgresPair {
  readonly secretKey = randomBytes(48).toString('base64url');
  private readonly servers: ChildProcess[] = [];
  private databases = 0;

  private constructor(
    private readonly folder: string,
    private readonly forget: () => void,
    private readonly ports: { readonly primary: number; readonly standby: number },
    /** In front of whichever is the primary, as a name or a proxy would be. */
    private readonly front: TcpProxy,
    /** Between the two. */
    readonly replication: TcpProxy,
  ) {}

  /** @param mode `synchronous`: a commit is answered when the standby has it on disk */
  static async start(mode: 'synchronous' | 'asynchronous'): Promise<PostgresPair> {
    const folder = mkdtempSync(path.join(tmpdir(), 'afterglow-pair-'));
    chmodSync(folder, 0o711);
    const ports = { primary: await freePort(), standby: await freePort() };
    const front = await TcpProxy.start(ports.primary);
    const replication = await TcpProxy.start(ports.primary);
    const pair = new PostgresPair(folder, removeWithUs(folder), ports, front, replication);
    try {
      await pair.open(mode);
    } catch (error) {
      await pair.stop();
      throw error;
    }
    return pair;
  }

  async database(): Promise<string> {
    this.databases += 1;
    const name = `story_${this.databases}`;
    await this.ask(this.ports.primary, `create database ${name}`);
    return this.url(this.front.port, name);
  }

  /** `kill -9` for the primary and all its processes, as when its machine dies. */
  async crash(): Promise<void> {
    const pid = this.servers[0]?.pid;
    for (const each of pid === undefined ? [] : treeOf(pid)) process.kill(each, 'SIGKILL');
    this.front.cut('reset');
    await sleep(0);
  }

  goAway(): Promise<void> {
    return this.crash();
  }

  /** The standby takes over, and whoever connects reaches it. */
  async comeBack(): Promise<void> {
    await this.ask(this.ports.standby, 'select pg_promote(true, 60)');
    this.front.retarget(this.ports.standby);
    this.front.cut('reset');
  }

  async stop(): Promise<void> {
    await this.front.stop();
    await this.replication.stop();
    for (const server of this.servers) {
      for (const pid of server.pid === undefined ? [] : treeOf(server.pid)) signal(pid);
      await gone(server);
    }
    this.forget();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  private async open(mode: 'synchronous' | 'asynchronous'): Promise<void> {
    const [primary, standby] = [this.place('primary'), this.place(STANDBY)];
    await run('initdb', ['-D', primary, '-U', SUPERUSER, '-A', 'trust', '--encoding=UTF8', '--locale=C']);
    this.serve(primary, this.ports.primary);
    await this.untilTrue(this.ports.primary, 'select true as yes');
    const source = `host=127.0.0.1 port=${this.replication.port} user=${SUPERUSER} application_name=${STANDBY}`;
    await run('pg_basebackup', ['-d', source, '-D', standby, '-R', '-X', 'stream', '-c', 'fast']);
    this.serve(standby, this.ports.standby);
    await this.untilTrue(
      this.ports.primary,
      `select count(*) = 1 as yes from pg_stat_replication where state = 'streaming'`,
    );
    if (mode === 'asynchronous') return;
    await this.ask(this.ports.primary, `alter system set synchronous_standby_names = '${STANDBY}'`);
    await this.ask(this.ports.primary, 'select pg_reload_conf()');
    await this.untilTrue(
      this.ports.primary,
      `select count(*) = 1 as yes from pg_stat_replication where sync_state = 'sync'`,
    );
  }

  private place(name: string): string {
    const place = path.join(this.folder, name);
    execFileSync('mkdir', ['-m', '0700', place]);
    const { uid, gid } = account();
    if (uid !== undefined && gid !== undefined) chownSync(place, uid, gid);
    return place;
  }

  private serve(directory: string, port: number): void {
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '300',
      wal_keep_size: '1GB',
      wal_receiver_timeout: '60s',
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = spawn(program('postgres'), ['-D', directory, '-p', String(port), ...flags], {
      stdio: 'ignore',
      cwd: '/',
      ...account(),
    });
    endWithUs(server);
    server.unref();
    this.servers.push(server);
  }

  private url(port: number, database: string): string {
    return `postgres://${SUPERUSER}:any@127.0.0.1:${port}/${database}`;
  }

  private async ask<T extends pg.QueryResultRow>(port: number, sql: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.url(port, 'postgres'), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private async untilTrue(port: number, sql: string): Promise<void> {
    const deadline = performance.now() + LIMIT_MS;
    for (;;) {
      const [row] = await this.ask<{ yes: boolean }>(port, sql).catch(() => []);
      if (row?.yes) return;
      if (performance.now() > deadline) throw new Error(`It did not become true within ${LIMIT_MS} ms: ${sql}`);
      await sleep(100);
    }
  }
}

function program(name: string): string {
  return path.join(PROGRAMS ?? '', name);
}

/** PostgreSQL does not run as root. */
function account(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** Not synchronously: the proxies of this very process carry the bytes. */
async function run(name: string, args: readonly string[]): Promise<void> {
  await promisify(execFile)(program(name), args, { cwd: '/', timeout: LIMIT_MS, ...account() });
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it is gone already
  }
}

async function gone(server: ChildProcess): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (server.exitCode === null && server.signalCode === null && performance.now() < deadline) await sleep(20);
}
