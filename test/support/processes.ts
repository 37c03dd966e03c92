import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs, removeWithUs } from './end-with-us.js';
import { HttpClient } from './http-client.js';
import { treeOf } from './process-tree.js';

export type AppName = 'standalone' | 'ingest' | 'api' | 'worker';

export interface AppOptions {
  app: AppName;
  /** The settings of the app; of this process's own environment only PATH and HOME are handed on. */
  env: Record<string, string>;
  /** Default: a free one */
  port?: number;
  readyLimitMs?: number;
  /** Folder of another build than the project's own, with dist in it. */
  build?: string;
}

const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;
const OUTPUT_KEPT = 200_000;
/** What an app that has ended leaves in its pipes; a child of its own may hold them open. */
const LAST_WORDS_MS = 1_000;

/** The folder with package.json, from the sources as well as from dist/. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
}

/** Below the ports that systems give to connections of their own: one of those may be taken before it is listened at. */
const PORTS = { from: 12_000, count: 20_000 };

export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * PORTS.count);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, name);
  } catch {
    // it is gone already
  }
}

/** A data folder for a standalone instance, with whatever server still runs in it once it is removed. */
export class DataFolder {
  readonly path: string;
  private readonly forget: () => void;

  /** @param parent where it is made, such as a disk of its own */
  constructor(parent = tmpdir()) {
    this.path = mkdtempSync(path.join(parent, 'afterglow-data-'));
    // PostgreSQL may run under an account of its own, which must get to its data below this folder
    chmodSync(this.path, 0o755);
    this.forget = removeWithUs(this.path);
  }

  /** The embedded server outlives an app that was killed. */
  serverPid(): number | undefined {
    try {
      return Number.parseInt(readFileSync(path.join(this.path, 'postgres', 'postmaster.pid'), 'utf8'), 10);
    } catch {
      return undefined;
    }
  }

  remove(): void {
    this.forget();
    signal(this.serverPid(), 'SIGQUIT');
    rmSync(this.path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

/** One of the compiled apps as a process of its own. */
export class AppProcess {
  output = '';

  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    readonly name: string,
  ) {
    for (const stream of this.pipes) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-OUTPUT_KEPT);
      });
    }
    endWithUs(child);
    // whoever waits for it looks after it; one that was forgotten holds up nobody's end
    child.unref();
    for (const stream of this.pipes) stream.unref();
  }

  /** Resolves once the app says that it is ready. */
  static async start(options: AppOptions): Promise<AppProcess> {
    const started = AppProcess.launch({ ...options, port: options.port ?? (await freePort()) });
    try {
      await started.untilReady(options.readyLimitMs);
    } catch (error) {
      await started.kill();
      throw error;
    }
    return started;
  }

  /** Started, and left to itself: whether it becomes ready is for the caller to see. */
  static launch({ app, env, port, build }: AppOptions & { port: number }): AppProcess {
    const root = build ?? projectRoot();
    const main = path.join(root, 'dist', 'apps', app, 'src', 'main.js');
    if (!existsSync(main)) throw new Error(`${main} is missing: run npm run build`);
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      cwd: root,
      env: { PATH, HOME, HOST: '127.0.0.1', PORT: String(port), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new AppProcess(port, child, env['INJURY'] ? `${app} (${env['INJURY']})` : app);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** It ended by SIGKILL, not by its own will. */
  get wasKilled(): boolean {
    return this.child.signalCode === 'SIGKILL';
  }

  /** As Ctrl-C does it. Returns the exit code; an app that does not end in time is killed, which is an error. */
  async stop(limitMs = STOP_LIMIT_MS): Promise<number | null> {
    signal(this.pid, 'SIGINT');
    if (await this.endsWithin(limitMs)) {
      await this.closePipes();
      return this.child.exitCode;
    }
    await this.kill();
    throw new Error(`${this.name} did not stop within ${limitMs} ms:\n${this.tail()}`);
  }

  /** As `kill -9` does it: what the app had started lives on. */
  async kill(): Promise<void> {
    signal(this.pid, 'SIGKILL');
    await this.endsWithin(STOP_LIMIT_MS);
    await this.closePipes();
  }

  /** As SIGSTOP does it: it neither ends nor works until `thaw`. */
  freeze(): void {
    signal(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    signal(this.pid, 'SIGCONT');
  }

  /** `kill -9` for the app and everything below it. */
  async killTree(): Promise<void> {
    for (const pid of treeOf(this.pid)) signal(pid, 'SIGKILL');
    await this.kill();
  }

  /** The last lines it wrote, for error messages. */
  tail(lines = 40): string {
    return this.output.trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** False when it still runs after that time. */
  async endsWithin(limitMs: number): Promise<boolean> {
    const deadline = performance.now() + limitMs;
    while (!this.hasEnded && performance.now() < deadline) await sleep(20);
    return this.hasEnded;
  }

  private get pipes(): Socket[] {
    return [this.child.stdout, this.child.stderr].filter((stream) => stream !== null) as Socket[];
  }

  /** Reads what is left in them. A child that outlives the app has them open too: nobody waits for that one. */
  private async closePipes(): Promise<void> {
    const deadline = performance.now() + LAST_WORDS_MS;
    while (this.pipes.some(({ closed }) => !closed) && performance.now() < deadline) await sleep(20);
    for (const pipe of this.pipes) pipe.destroy();
  }

  /** @throws when it ends before, or takes longer than this */
  async untilReady(limitMs = READY_LIMIT_MS): Promise<void> {
    const http = new HttpClient(this.url, 1);
    const deadline = performance.now() + limitMs;
    try {
      for (;;) {
        const status = await http.send({ method: 'GET', path: '/readyz', timeoutMs: 2_000 }).then(
          (reply) => reply.status,
          () => 0,
        );
        if (status === 200) return;
        if (this.hasEnded) throw new Error(`${this.name} ended before it was ready:\n${this.tail()}`);
        if (performance.now() > deadline)
          throw new Error(`${this.name} was not ready within ${limitMs} ms (/readyz ${status}):\n${this.tail()}`);
        await sleep(100);
      }
    } finally {
      http.close();
    }
  }
}

/** Runs every step, whatever becomes of the ones before it, then throws the first failure. */
export async function tidyUp(...steps: (() => Promise<unknown> | void)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
