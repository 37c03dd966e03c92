import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterOwner } from './cluster-directory.js';
import { findFreePort, isPortFree } from './free-port.js';
import { endOrphanedChildren, findPostmaster, removeStalePidFile } from './pid-file.js';
import { StillRecoveringError, waitUntilReady } from './readiness.js';
import { CHILD_WORKING_DIR, childEnvironment, identityOf, runProgram } from './run-program.js';
import type { ServerLog } from './server-log.js';
import { serverArguments, wasStartedWith } from './server-settings.js';

/** How often a start is tried again for a cause that passes: port just taken, children of a killed server still there. */
const MAX_ATTEMPTS = 30;
const ATTEMPT_PAUSE_MS = 500;
const STOP_SECONDS = 30;
const STILL_IN_USE = /shared memory block .* still in use/;

export interface PostmasterOptions extends ClusterOwner {
  readonly directory: string;
  readonly password: string;
  readonly unsafe: boolean;
  readonly settings: Readonly<Record<string, string>>;
  readonly serverLog: ServerLog;
  readonly log: (line: string) => void;
}

/** The server process of one cluster. The caller holds the lock of the data folder. */
export class Postmaster {
  /** Ours, once it has been ready: its end is news then. */
  private serving: ChildProcess | undefined;
  private stopping = false;

  constructor(private readonly options: PostmasterOptions) {}

  /** Starts the server, or takes over the one a killed process left; the port may turn out to be another one. */
  async startOrAdopt(preferredPort: number): Promise<{ port: number; adopted: boolean }> {
    const { directory, log } = this.options;
    const adoptedPort = await this.adopt();
    if (adoptedPort !== undefined) return { port: adoptedPort, adopted: true };
    let port = preferredPort;
    for (let attempt = 1; ; attempt += 1) {
      const why = await removeStalePidFile(directory);
      if (why !== undefined) log(`Removed PostgreSQL's stale lock: ${why}`);
      if (!(await isPortFree(port))) port = await this.otherPort(port);
      const complaint = await this.spawnAndWait(port);
      if (complaint === undefined) return { port, adopted: false };
      if (attempt >= MAX_ATTEMPTS || !isPassing(complaint)) throw this.startFailure(complaint);
      if (attempt === 1) log('PostgreSQL could not start yet; trying again');
      if (STILL_IN_USE.test(complaint)) await this.endOrphans();
      await sleep(ATTEMPT_PAUSE_MS);
    }
  }

  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    this.stopping = true;
    const { directory, programs, account, log } = this.options;
    if ((await findPostmaster(directory)) === undefined) return;
    const stopIn = (how: string) =>
      runProgram(programs.pgCtl, ['stop', '-D', directory, '-m', how, '-w', '-t', String(STOP_SECONDS)], { account });
    let result = await stopIn(mode);
    if (result.code === 0 || (await findPostmaster(directory)) === undefined) return;
    log(`PostgreSQL did not stop within ${STOP_SECONDS} s; stopping it at once (the next start recovers)`);
    result = await stopIn('immediate');
    if (result.code === 0 || (await findPostmaster(directory)) === undefined) return;
    throw new Error(`PostgreSQL in ${directory} can't be stopped: ${result.stderr.trim()}. End it by hand.`);
  }

  private arguments(port: number): string[] {
    return serverArguments(this.options.directory, port, this.options);
  }

  private async adopt(): Promise<number | undefined> {
    const { directory, password, programs, log } = this.options;
    for (;;) {
      const found = await findPostmaster(directory);
      if (found === undefined) return undefined;
      const { port } = found;
      if (await wasStartedWith(directory, programs.postgres, this.arguments(port))) {
        const isAlive = async () => (await findPostmaster(directory)) !== undefined;
        const outcome = await waitUntilReady({ directory, address: { port, password }, isAlive, log });
        if (outcome === 'ready') return port;
        continue;
      }
      log('A PostgreSQL with other settings was left running here: restarting it');
      await this.stop('fast');
      this.stopping = false;
    }
  }

  private async endOrphans(): Promise<void> {
    const count = await endOrphanedChildren(this.options.directory);
    if (count > 0) this.options.log(`Ended ${count} orphaned process(es) of the server that was killed`);
  }

  private async otherPort(taken: number): Promise<number> {
    const port = await findFreePort();
    this.options.log(`Port ${taken} is taken by another program: PostgreSQL moves to ${port}`);
    return port;
  }

  /** Returns what the server said if it ended again, undefined once it is ready. */
  private async spawnAndWait(port: number): Promise<string | undefined> {
    const { directory, password, serverLog, log } = this.options;
    const byte = await serverLog.size();
    const child = await this.spawn(port);
    const isAlive = () => child.exitCode === null && child.signalCode === null && child.pid !== undefined;
    try {
      const outcome = await waitUntilReady({ directory, address: { port, password }, isAlive, log });
      if (outcome === 'exited') return await serverLog.textSince(byte);
      this.serving = child;
      return undefined;
    } catch (error) {
      if (!(error instanceof StillRecoveringError)) await this.stop('immediate');
      throw error;
    }
  }

  private async spawn(port: number): Promise<ChildProcess> {
    const { programs, account, serverLog, log } = this.options;
    const output = await serverLog.openForAppend();
    try {
      // detached: a process group of its own, so that Ctrl-C in a terminal reaches us alone and we stop it last
      const child = spawn(programs.postgres, this.arguments(port), {
        ...identityOf(account),
        cwd: CHILD_WORKING_DIR,
        env: childEnvironment,
        detached: true,
        stdio: ['ignore', output.fd, output.fd],
        windowsHide: true,
      });
      child.on('error', (error) => log(`PostgreSQL could not be started: ${error.message}`));
      child.on('exit', (code, signal) => {
        if (this.stopping || this.serving !== child) return;
        log(`PostgreSQL ended (${signal ?? `status ${code}`}); its log is ${serverLog.file}`);
      });
      child.unref();
      return child;
    } finally {
      await output.close();
    }
  }

  private startFailure(complaint: string): Error {
    const lines = complaint.trimEnd().split('\n').slice(-12).join('\n');
    return new Error(
      `PostgreSQL did not start in ${this.options.directory}. ${adviceFor(complaint)} ` +
        `Its last words (more in ${this.options.serverLog.file}):\n${lines || '(none)'}`,
    );
  }
}

function isPassing(complaint: string): boolean {
  return /could not bind|already in use|still in use|lock file .* already exists/.test(complaint);
}

function adviceFor(complaint: string): string {
  if (STILL_IN_USE.test(complaint)) return 'End the processes named "postgres: …" that a killed server left here.';
  if (/No space left/.test(complaint)) return 'Free some disk space, then start again.';
  if (/has group or world access|wrong ownership|Permission denied/.test(complaint)) {
    return 'Give the folder back to the user it was made by, with mode 0700.';
  }
  if (/could not (map|create|resize|open) shared memory/i.test(complaint)) {
    return 'Give the machine or container more shared memory (docker: --shm-size=256m).';
  }
  if (/unrecognized configuration parameter|invalid value for parameter/.test(complaint)) {
    return 'Correct the database settings.';
  }
  return 'Start again; if it stays so, restore the folder from a copy or set DATABASE_URL to a PostgreSQL of your own.';
}
