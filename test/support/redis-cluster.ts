import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { endWithUs, removeWithUs } from './end-with-us.js';
import { freePort } from './processes.js';

const NODES = 3;
const SLOTS = 16_384;
const LIMIT_MS = 30_000;

interface Node {
  readonly port: number;
  readonly busPort: number;
  server: ChildProcess;
}

/** A Redis Cluster of three nodes without copies, on loopback, which keeps nothing. */
export class RedisCluster {
  private constructor(
    private readonly folder: string,
    private readonly forget: () => void,
    private readonly nodes: readonly Node[],
  ) {}

  static async start(): Promise<RedisCluster> {
    const folder = mkdtempSync(path.join(tmpdir(), 'afterglow-redis-'));
    const nodes: Node[] = [];
    for (let number = 0; number < NODES; number += 1) {
      const [port, busPort] = [await freePort(), await freePort()];
      nodes.push({ port, busPort, server: serve(folder, port, busPort) });
    }
    const cluster = new RedisCluster(folder, removeWithUs(folder), nodes);
    try {
      await cluster.join();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** As REDIS_URL wants it. */
  get url(): string {
    return this.nodes.map(({ port }) => `redis://127.0.0.1:${port}`).join(',');
  }

  /** How many keys each node holds that begin so. */
  async keys(prefix: string): Promise<number[]> {
    return Promise.all(
      this.nodes.map(({ port }) => onNode(port, async (redis) => (await redis.keys(`${prefix}*`)).length)),
    );
  }

  /** `kill -9` for the node that holds this key. */
  async killHolderOf(key: string): Promise<void> {
    const slot = await onNode(this.nodes[0]?.port ?? 0, (redis) => redis.cluster('KEYSLOT', key));
    const holder = this.nodes[Math.floor((slot * NODES) / SLOTS)];
    holder?.server.kill('SIGKILL');
  }

  /** Starts again whoever was killed; the node remembers its slots and nothing else. */
  async complete(): Promise<void> {
    for (const node of this.nodes) {
      if (node.server.exitCode === null && node.server.signalCode === null) continue;
      node.server = serve(this.folder, node.port, node.busPort);
    }
    await this.untilWhole();
  }

  async stop(): Promise<void> {
    for (const { server } of this.nodes) server.kill('SIGKILL');
    await sleep(50);
    this.forget();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  private async join(): Promise<void> {
    for (const { port } of this.nodes) await untilAnswers(port);
    const [first, ...rest] = this.nodes;
    for (const [index, { port }] of this.nodes.entries()) {
      const [from, to] = [index, index + 1].map((part) => Math.ceil((part * SLOTS) / NODES));
      await onNode(port, (redis) => redis.call('CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? SLOTS) - 1));
      await onNode(port, (redis) => redis.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1));
    }
    for (const { port, busPort } of rest)
      await onNode(first?.port ?? 0, (redis) => redis.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort));
    await this.untilWhole();
  }

  private async untilWhole(): Promise<void> {
    const deadline = performance.now() + LIMIT_MS;
    for (const { port } of this.nodes) {
      for (;;) {
        const info = await onNode(port, (redis) => redis.cluster('INFO')).catch(() => '');
        if (/cluster_state:ok/.test(info) && info.includes(`cluster_known_nodes:${NODES}`)) break;
        if (performance.now() > deadline) throw new Error(`The cluster is not whole after ${LIMIT_MS} ms:\n${info}`);
        await sleep(50);
      }
    }
  }
}

function serve(folder: string, port: number, busPort: number): ChildProcess {
  const cluster = ['--cluster-enabled', 'yes', '--cluster-config-file', `${port}.conf`, '--cluster-port', `${busPort}`];
  const settings = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction', '--dir', folder];
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--cluster-node-timeout', '2000', ...cluster, ...settings],
    { stdio: 'ignore' },
  );
  endWithUs(server);
  server.unref();
  return server;
}

async function onNode<T>(port: number, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function untilAnswers(port: number): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while ((await onNode(port, (redis) => redis.ping()).catch(() => '')) !== 'PONG') {
    if (performance.now() > deadline) throw new Error(`redis-server did not answer on port ${port}.`);
    await sleep(50);
  }
}
