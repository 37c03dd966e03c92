import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs } from './end-with-us.js';

export interface TestRedis {
  url: string;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 5_000;
const MISSING = 'redis-server is missing; install it';

/** What keeps tests from using Redis, or undefined. With CI=true a missing server is an error, not a reason to skip. */
export function redisObstacle(): string | undefined {
  if (process.env['REDIS_URL'] || redisProgram()) return undefined;
  if (process.env['CI'] === 'true') throw new Error(MISSING);
  return 'no REDIS_URL and no redis-server on PATH';
}

/**
 * The Redis of REDIS_URL, else one of our own on a free loopback port that keeps nothing; null where there is neither.
 * A Redis named by REDIS_URL is shared: use a random queue prefix, and never flush it.
 */
export async function startTestRedis(): Promise<TestRedis | null> {
  if (redisObstacle()) return null;
  const url = process.env['REDIS_URL'];
  if (url) return { url, stop: () => Promise.resolve() };

  const port = await freePort();
  // BullMQ loses jobs under any other policy than noeviction
  const settings = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction', '--dir', tmpdir()];
  const server = spawn(redisProgram() ?? '', ['--port', String(port), '--bind', '127.0.0.1', ...settings], {
    stdio: 'ignore',
  });
  endWithUs(server);
  server.unref();
  await untilReady(server, port);
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: () => ended(server),
  };
}

function redisProgram(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, 'redis-server')).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

async function untilReady(server: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (!(await answersPing(port))) {
    if (server.exitCode !== null)
      throw new Error(`redis-server ended with code ${server.exitCode}: run it by hand to see why`);
    if (performance.now() > deadline) {
      server.kill('SIGKILL');
      throw new Error(`redis-server did not answer on port ${port} within ${START_LIMIT_MS} ms`);
    }
    await sleep(20);
  }
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const answer = (isPong: boolean): void => {
      socket.destroy();
      resolve(isPong);
    };
    socket.on('data', (chunk) => answer(String(chunk).startsWith('+PONG')));
    socket.on('error', () => answer(false));
  });
}

function ended(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve();
    server.ref();
    server.once('exit', () => resolve());
    // it keeps nothing, so there is nothing to finish
    server.kill('SIGKILL');
  });
}
