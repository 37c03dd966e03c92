import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../support/processes.js';

export interface BenchRedis {
  url: string;
  pid: number;
  version: string;
  /** Memory that its data takes. */
  usedBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** A Redis that writes its log once a second, as production does; null where there is no redis-server on PATH. */
export async function startBenchRedis(): Promise<BenchRedis | null> {
  const folder = mkdtempSync(path.join(tmpdir(), 'afterglow-redis-'));
  const port = await freePort();
  const durable = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '', '--dir', folder];
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--maxmemory-policy', 'noeviction', ...durable];
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
    server.once('error', () => resolve());
  });
  const clear = (): void => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', clear);
  const url = `redis://127.0.0.1:${port}`;
  const version = await Promise.race([infoOf(url, 'server', /redis_version:(\S+)/), ended]);
  if (version === undefined) {
    clear();
    return null;
  }
  return {
    url,
    pid: server.pid ?? 0,
    version,
    usedBytes: async () => Number(await infoOf(url, 'memory', /used_memory:(\d+)/)),
    stop: async () => {
      server.kill('SIGKILL');
      await ended;
      process.off('exit', clear);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function infoOf(url: string, section: string, line: RegExp): Promise<string | undefined> {
  const redis = new Redis(url, { maxRetriesPerRequest: 100, retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  try {
    const info = await redis.info(section).catch(() => '');
    return line.exec(info)?.[1];
  } finally {
    redis.disconnect();
  }
}
