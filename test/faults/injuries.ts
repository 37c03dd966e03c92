/**
 * Loaded into a process before its main module (`node --import`): breaks the compiled product from outside, as INJURY says.
 * `die:<point>:<medium>` kills the process at a point of the hand-over or of taking a webhook, the other ones take a safety away.
 */
import 'reflect-metadata';
import { BullRegistrar, type WorkerHost } from '@nestjs/bullmq';
import type { ModuleRef } from '@nestjs/core';
import { randomUUID } from 'node:crypto';
import { ClientRequest, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AcceptEvents, type Channel, FenceMessages, PrepareMessages, RecordHandOvers } from '#app/application';
import { PgDeliveryStore } from '#app/persistence';
import { WORKER_OPTIONS } from '#app/queue';
import { Sweeper } from '../../apps/worker/src/sweeper.js';
import { WorkerStarter } from '../../apps/worker/src/worker-starter.js';

type ArgsOf<M> = M extends (...args: infer A) => unknown ? A : never;
type ResultOf<M> = M extends (...args: never[]) => infer R ? R : never;

/** Replaces a method by one that knows the old one. */
function wrap<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  by: (self: T, old: (...args: ArgsOf<T[K]>) => ResultOf<T[K]>, ...args: ArgsOf<T[K]>) => unknown,
): void {
  const old = prototype[name] as (...args: unknown[]) => unknown;
  prototype[name] = function (this: T, ...args: ArgsOf<T[K]>) {
    return by(this, (...own) => Reflect.apply(old, this, own) as ResultOf<T[K]>, ...args);
  } as T[K];
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('It is dead.');
}

const isOf = (records: Parameters<PgDeliveryStore['record']>[1], medium: string): boolean =>
  records.some(({ attempt }) => attempt?.channel.startsWith(medium));
const mediumOf = (channel: Channel): string => channel.medium;

/** Where a process can die on the way of a message, and of a webhook. */
const DEATHS: Readonly<Record<string, (medium: string) => void>> = {
  'after-claim': (medium) =>
    wrap(PrepareMessages.prototype, 'claim', async (_self, claim, ...args) => {
      const claims = await claim(...args);
      return args[0] === medium && claims.length > 0 ? die() : claims;
    }),
  'before-handing': (medium) =>
    wrap(FenceMessages.prototype, 'run', (_self, run, ...args) =>
      mediumOf(args[2].channel) === medium ? die() : run(...args),
    ),
  'after-handing': (medium) =>
    wrap(FenceMessages.prototype, 'run', async (_self, run, ...args) => {
      const report = await run(...args);
      return mediumOf(args[2].channel) === medium && report.fenced.length > 0 ? die() : report;
    }),
  'while-sending': (medium) => {
    if (medium === 'sms')
      return wrap(ClientRequest.prototype, 'end', (self, end, ...args) => {
        // an answer that is quicker is not heard
        self.prependOnceListener('response', die);
        setTimeout(die, 20);
        return end(...args);
      });
    // the body is pushed once the server has said 354
    return wrap(Readable.prototype, 'push', (self, push, ...args) => {
      if (self.constructor.name === 'DataStream') die();
      return push(...args);
    });
  },
  'after-answer': (medium) =>
    wrap(PgDeliveryStore.prototype, 'record', (_self, record, ...args) =>
      isOf(args[1], medium) ? die() : record(...args),
    ),
  'before-sent': (medium) =>
    wrap(PgDeliveryStore.prototype, 'record', async (_self, record, ...args) => {
      const ids = await record(...args);
      return isOf(args[1], medium) ? die() : ids;
    }),
  'after-sent': (medium) =>
    wrap(RecordHandOvers.prototype, 'run', async (_self, run, ...args) => {
      await run(...args);
      if (isOf(args[1], medium)) die();
    }),
  'before-ack': () =>
    wrap(AcceptEvents.prototype, 'accept', async (_self, accept, ...args) => {
      const stored = await accept(...args);
      return stored.outcome === 'accepted' ? die() : stored;
    }),
  'after-ack': () =>
    wrap(ServerResponse.prototype, 'end', (self, end, ...args) => {
      if (self.statusCode === 202) self.once('finish', die);
      return end(...args);
    }),
};

/** Safeties taken away, one by one. */
const FLAWS: Readonly<Record<string, (setting: string) => void>> = {
  clock: (seconds) => shiftClock(seconds),
  /** A message goes out first and is fenced when its answer is there. */
  'send-then-mark': () => {
    type Fence = Parameters<PgDeliveryStore['fence']>;
    const unmarked = new Map<string, { verdict: Fence[1][number]; leaseMs: number }>();
    const fence = Reflect.get(PgDeliveryStore.prototype, 'fence');
    wrap(PgDeliveryStore.prototype, 'fence', async (_self, _fence, _tx, verdicts, leaseMs) => {
      for (const verdict of verdicts) unmarked.set(verdict.id, { verdict, leaseMs });
      return new Set(verdicts.map(({ id }) => id));
    });
    wrap(PgDeliveryStore.prototype, 'record', async (self, record, ...args) => {
      const [tx, records] = args;
      const late = records.flatMap(({ id }) => unmarked.get(id) ?? []);
      const [first] = late;
      if (first) await Reflect.apply(fence, self, [tx, late.map(({ verdict }) => verdict), first.leaseMs]);
      return record(...args);
    });
  },
  /** By so many seconds off in the database as well, where its leases are asked for: see the negative control. */
  'own-leases': (seconds) => void (process.env['PGOPTIONS'] = `-c app.own_clock=${seconds}`),
  /** The queue's workers take up their work as soon as they are built, and nobody asks before whether the queue answers. */
  'eager-queue': () => {
    Object.assign(WORKER_OPTIONS, { autorun: true });
    wrap(WorkerStarter.prototype, 'onApplicationBootstrap', async (self) => {
      (Reflect.get(self, 'modules') as ModuleRef).get(BullRegistrar, { strict: false }).register();
      for (const { worker } of Reflect.get(self, 'hosts') as WorkerHost[]) worker.on('error', () => undefined);
    });
  },
  'no-sweeper': () => wrap(Sweeper.prototype, 'onApplicationBootstrap', () => undefined),
  /** A webhook is answered at once and stored when there is time. */
  'answer-first': () =>
    wrap(AcceptEvents.prototype, 'accept', async (_self, accept, ...args) => {
      void sleep(500).then(() => accept(...args));
      return { outcome: 'accepted' as const, eventId: randomUUID() };
    }),
};

/** What this process believes the time to be, by so many seconds off; durations are right. */
function shiftClock(seconds: string): void {
  const shiftMs = Number(seconds) * 1_000;
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...args: [] | [number | string | Date]) {
      super(...((args.length === 0 ? [RealDate.now() + shiftMs] : args) as [number]));
    }

    static override now(): number {
      return RealDate.now() + shiftMs;
    }
  } as DateConstructor;
}

const [flaw = '', point = '', medium = ''] = (process.env['INJURY'] ?? '').split(':');
const injure = flaw === 'die' ? DEATHS[point] : FLAWS[flaw];
if (!injure) throw new Error(`There is no injury "${flaw}:${point}".`);
injure(flaw === 'die' ? medium : point);
