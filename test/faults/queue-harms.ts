import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { TestBackend } from '../support/describe-backends.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import type { FaultRig } from './rig.js';

/** What a client says on each of its connections to the queue, and on the one on which a worker waits to be told of work. */
const SAID = {
  postgres: { all: 'afterglow_queue', waiting: 'LISTEN' },
  redis: { all: '', waiting: 'bzpopmin' },
};

const OF_THE_QUEUE = `from pg_stat_activity where usename = 'afterglow_queue'`;

export interface QueueHarms {
  readonly wipe: () => Promise<void>;
  readonly fill: () => Promise<void>;
  readonly empty: () => Promise<void>;
  readonly goAway: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
  /** As `goAway`, and holds for processes that start too. */
  readonly shutOut: () => Promise<void>;
  readonly letIn: () => Promise<void>;
  /** Connections stay and nothing answers. */
  readonly freeze: (ms: number) => Promise<void>;
  /** As a network that is cut: for those connections alone, also for such as are made meanwhile. `set` of the proxy takes it back. */
  readonly cutOff: (which: 'all' | 'waiting') => TcpProxy;
}

/** What can befall a queue, on either backend. */
export function harmsOn(backend: TestBackend, rig: () => FaultRig): QueueHarms {
  const url = backend.redisUrl();
  const cutOff: QueueHarms['cutOff'] = (which) => {
    const proxy = rig().redis ?? rig().database;
    proxy.set({ kind: 'black-hole', of: SAID[backend.kind][which] });
    return proxy;
  };
  if (url === undefined) {
    return {
      cutOff,
      wipe: () => rig().sql('truncate bullmq.job cascade'),
      fill: () => rig().sql('revoke insert on bullmq.job from afterglow_queue'),
      empty: () => rig().sql('grant insert on bullmq.job to afterglow_queue'),
      // survives a start, which gives the role its login and its password
      shutOut: () =>
        rig().sql(`alter role afterglow_queue connection limit 0; select pg_terminate_backend(pid) ${OF_THE_QUEUE}`),
      letIn: () => rig().sql('alter role afterglow_queue connection limit -1'),
      goAway: () => rig().sql(`alter role afterglow_queue nologin; select pg_terminate_backend(pid) ${OF_THE_QUEUE}`),
      comeBack: () => rig().sql('alter role afterglow_queue login'),
      freeze: (ms: number) =>
        rig().sql(`begin; lock table bullmq.job in access exclusive mode; select pg_sleep(${ms / 1_000}); commit`),
    };
  }
  const ask = async (work: (client: Redis) => Promise<unknown>): Promise<void> => {
    const client = new Redis(url);
    await work(client);
    client.disconnect();
  };
  return {
    cutOff,
    wipe: () => ask((client) => client.flushall()),
    fill: () => ask((client) => client.config('SET', 'maxmemory', '1mb')),
    empty: () => ask((client) => client.config('SET', 'maxmemory', '0')),
    shutOut: async () => {
      rig().redis?.set({ kind: 'refuse' });
      rig().redis?.cut('reset');
    },
    letIn: async () => rig().redis?.set({ kind: 'pass' }),
    goAway: async () => {
      rig().redis?.set({ kind: 'refuse' });
      rig().redis?.cut('reset');
    },
    comeBack: async () => rig().redis?.set({ kind: 'pass' }),
    freeze: async (ms: number) => {
      rig().redis?.set({ kind: 'black-hole' });
      await sleep(ms);
      rig().redis?.set({ kind: 'pass' });
    },
  };
}
