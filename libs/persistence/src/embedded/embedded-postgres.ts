import { access, chmod, constants, mkdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { clusterDirOf, createCluster, hasCluster, type ClusterOwner } from './cluster-directory.js';
import { newClusterRecord, readClusterRecord, writeClusterRecord, type ClusterRecord } from './cluster-record.js';
import { DataDirLock } from './data-dir-lock.js';
import { findFreePort } from './free-port.js';
import { findPostmaster } from './pid-file.js';
import { Postmaster } from './postmaster.js';
import { chooseServerAccount } from './server-account.js';
import { ServerLog } from './server-log.js';
import { findServerPrograms } from './server-programs.js';
import { connectionUrl, withSuperuser, type ServerAddress } from './superuser-client.js';

export interface EmbeddedPostgresOptions {
  /** Folder of one installation; made if need be. Holds the cluster, `postgres.json`, `postgres.log` and a lock. */
  readonly dataDir: string;
  /** No fsync: for clusters that are thrown away. */
  readonly unsafe?: boolean;
  /** PostgreSQL settings over ours, e.g. `{ shared_buffers: '256MB' }`. */
  readonly settings?: Record<string, string>;
  /** Folder with the programs of another version than ours, for clusters that it made. */
  readonly programs?: string;
  /** Progress and warnings, one line each. */
  readonly log?: (line: string) => void;
}

export interface EmbeddedPostgresStart {
  readonly port: number;
  /** A server that outlived its process was taken over instead of started. */
  readonly adopted: boolean;
  /** This start made the cluster. */
  readonly initialised: boolean;
  readonly directory: string;
  /** The cluster is outside the data folder, because PostgreSQL can't live in there. */
  readonly relocated: boolean;
}

interface Cluster extends ClusterOwner {
  readonly directory: string;
  readonly relocated: boolean;
  readonly initialised: boolean;
  readonly record: ClusterRecord;
}

/**
 * PostgreSQL as a part of this process's life: made at the first start, on 127.0.0.1 only, stopped by nobody but
 * `stop()`, which the owner calls last. If this process is killed the server lives on, and the next start adopts it.
 *
 * Limits: on macOS the state of a process comes from `ps`; on Windows a stale `postmaster.pid` whose pid was given to
 * another program has to be deleted by hand, and two servers in one folder are told apart by pid alone.
 */
export class EmbeddedPostgres {
  private readonly log: (line: string) => void;
  private lock: DataDirLock | undefined;
  private postmaster: Postmaster | undefined;
  private serverLog: ServerLog | undefined;
  private address: ServerAddress | undefined;
  private stopped: Promise<void> | undefined;

  constructor(private readonly options: EmbeddedPostgresOptions) {
    this.log = options.log ?? (() => undefined);
  }

  /** Of the server that some process runs in this folder; undefined while none does. */
  static async urlOfRunning(dataDir: string, database: string): Promise<string | undefined> {
    const folder = path.resolve(dataDir);
    const record = await readClusterRecord(folder);
    if (record === undefined) return undefined;
    const found = await findPostmaster(await realpath(clusterDirOf(folder, record)).catch(() => ''));
    return found && connectionUrl({ port: found.port, password: record.password }, database);
  }

  async start(): Promise<EmbeddedPostgresStart> {
    const dataDir = await openDataDir(this.options.dataDir);
    const lock = await DataDirLock.acquire(dataDir, this.log);
    try {
      const started = await this.startLocked(dataDir);
      this.lock = lock;
      return started;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  url(database = 'postgres'): string {
    return connectionUrl(this.runningAddress(), database);
  }

  /** Does nothing if the database exists. A template must have no connections. */
  async createDatabase(name: string, template?: string): Promise<void> {
    await withSuperuser(this.runningAddress(), async (client) => {
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
      if (rowCount !== 0) return;
      // copying files beats the log for a template, but makes a checkpoint: cheap only without fsync
      const strategy = this.options.unsafe === true ? ' strategy file_copy' : '';
      const source = template === undefined ? '' : ` template ${client.escapeIdentifier(template)}${strategy}`;
      await client.query(`create database ${client.escapeIdentifier(name)}${source}`);
    });
  }

  /** Ends the database's connections first. Does nothing if there is no such database. */
  async dropDatabase(name: string): Promise<void> {
    await withSuperuser(this.runningAddress(), async (client) => {
      await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
    });
  }

  /** `fast` ends open transactions and writes everything down; `immediate` leaves the next start to recover. */
  stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    this.stopped ??= this.stopOnce(mode).finally(() => {
      this.stopped = undefined;
    });
    return this.stopped;
  }

  private async stopOnce(mode: 'fast' | 'immediate'): Promise<void> {
    const { postmaster, lock } = this;
    if (postmaster === undefined || lock === undefined) return;
    this.postmaster = undefined;
    this.lock = undefined;
    this.address = undefined;
    this.serverLog?.stopWatching();
    try {
      await postmaster.stop(mode);
    } finally {
      await lock.release();
    }
  }

  private async startLocked(dataDir: string): Promise<EmbeddedPostgresStart> {
    const cluster = await this.openCluster(dataDir);
    const { directory, relocated, initialised, record } = cluster;
    const serverLog = new ServerLog(dataDir);
    const { unsafe = false, settings = {} } = this.options;
    const { password } = record;
    const postmaster = new Postmaster({ ...cluster, password, unsafe, settings, serverLog, log: this.log });
    const { port, adopted } = await postmaster.startOrAdopt(record.port);
    if (port !== record.port) await writeClusterRecord(dataDir, { ...record, port });
    serverLog.watchSize();
    this.serverLog = serverLog;
    this.postmaster = postmaster;
    this.address = { port, password };
    return { port, adopted, initialised, directory, relocated };
  }

  private async openCluster(dataDir: string): Promise<Cluster> {
    const known = await readClusterRecord(dataDir);
    const account = await chooseServerAccount(clusterDirOf(dataDir, known), dataDir);
    const programs = await findServerPrograms(account, this.log, this.options.programs);
    const owner: ClusterOwner = { programs, account };
    const exists = await hasCluster(dataDir, known, owner);
    if (exists && known !== undefined) {
      // still unset after a kill between the making of the cluster and its record
      const record = { ...known, initialised: true };
      if (!known.initialised) await writeClusterRecord(dataDir, record);
      const directory = await realpath(clusterDirOf(dataDir, known));
      return { ...owner, directory, relocated: known.relocatedTo !== undefined, initialised: false, record };
    }
    // the password is on disk before the cluster that wants it
    const draft = known ?? newClusterRecord(await findFreePort());
    await writeClusterRecord(dataDir, draft);
    this.log('Making the database (first start)');
    const made = await createCluster(dataDir, draft.password, this.options.unsafe ?? false, owner);
    const record = { ...draft, initialised: true, ...(made.relocated ? { relocatedTo: made.directory } : {}) };
    await writeClusterRecord(dataDir, record);
    if (made.relocated) this.log(`PostgreSQL can't live in ${dataDir}: its database is in ${made.directory}`);
    return { ...owner, ...made, initialised: true, record };
  }

  private runningAddress(): ServerAddress {
    if (this.address === undefined) throw new Error('The embedded PostgreSQL is not running. Call start() first.');
    return this.address;
  }
}

/** Root's data folder can be passed through but not listed by the server's account. */
async function openDataDir(given: string): Promise<string> {
  const folder = path.resolve(given);
  try {
    const exists = await stat(folder).then(
      () => true,
      () => false,
    );
    if (!exists) {
      await mkdir(folder, { recursive: true });
      await chmod(folder, process.getuid?.() === 0 ? 0o711 : 0o700);
    }
    await access(folder, constants.W_OK | constants.X_OK);
    return await realpath(folder);
  } catch (error) {
    const { code } = error as { code?: string };
    throw new Error(
      `The data folder ${folder} can't be used (${code}). Set DATA_DIR to one this user may write in, ` +
        'or start as the user it was made by.',
      { cause: error },
    );
  }
}
