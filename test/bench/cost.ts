import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { AppProcess } from '../support/processes.js';
import { BenchChild } from './child.js';
import { type Figure, plain } from './figures.js';
import { runLoad } from './http-load.js';
import { journeyOf } from './journeys.js';
import { orderRequest } from './requests.js';
import { type Rig, type Variant, withClient } from './rig.js';

export interface CostOptions {
  /** Orders of each part. */
  events: number;
}

/** What a number of operations took of everything that is paid for. */
interface Spent {
  cpuSeconds: number;
  diskBytes: number;
  walBytes: number;
  /** 0 where the queues live in PostgreSQL. */
  redisBytes: number;
}

const SUITE = 'cost';
const CONNECTIONS = 32;
const WARM_UP = 200;
const LIMIT_MS = 600_000;
const GIGABYTE = 1e9;
const MILLION = 1e6;

/** The parts, each with what the one before has not. */
const PARTS = {
  event: null,
  timer: journeyOf('{ id: rest, kind: wait, settings: { for: P30D } }'),
  message: journeyOf('{ id: mail, kind: send, settings: { template: word, channels: [email] } }'),
} as const;
type Part = keyof typeof PARTS;

const LEFT = `
select (select count(*) from app.inbox_event where state in ('new', 'claimed'))
  + (select count(*) from app.message where state in ('queued', 'claimed', 'handing')) as n`;

/** CPU, disk, log and Redis memory of a million events, waits and mails. */
export async function benchCost(rig: Rig, { events }: CostOptions): Promise<Figure[]> {
  const sink = await BenchChild.start('sink', {});
  const figures: Figure[] = [];
  try {
    for (const variant of rig.variants) {
      const spent = new Map<Part, Spent>();
      for (const part of ['event', 'timer', 'message'] as const)
        spent.set(part, await measure(rig, variant, part, events, sink.port));
      figures.push(...figuresOf(variant, spent, events));
    }
  } finally {
    await sink.stop();
  }
  return figures;
}

async function measure(rig: Rig, variant: Variant, part: Part, events: number, smtpPort: number): Promise<Spent> {
  const url = await rig.database(`cost_${variant}_${part}`, 'migrated');
  const journey = PARTS[part];
  const shop = await rig.setUpShop(url, variant, [], journey === null ? {} : { journey });
  const mail = { SMTP_URL: `smtp://127.0.0.1:${smtpPort}`, MAIL_FROM: 'Bench <bench@example.com>' };
  const apps: AppProcess[] = [];
  try {
    for (const app of ['ingest', 'api', 'worker'] as const) apps.push(await rig.startApp(app, url, variant, mail));
    const target = { ...shop, port: apps[0]?.port ?? 0 };
    const send = async (first: number, count: number): Promise<void> => {
      const requests = Array.from({ length: count }, (_, index) =>
        orderRequest(target, first + index, `cost-${part}-${first + index}@example.com`),
      );
      await runLoad({ port: target.port, connections: CONNECTIONS, next: () => requests.pop() });
      await withClient(url, untilNothingIsLeft);
    };
    await send(1, WARM_UP);
    const before = await read(rig, url, variant, apps);
    await send(1 + WARM_UP, events);
    const after = await read(rig, url, variant, apps);
    return {
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      diskBytes: after.diskBytes - before.diskBytes,
      walBytes: after.walBytes - before.walBytes,
      redisBytes: after.redisBytes - before.redisBytes,
    };
  } finally {
    for (const app of apps) await app.stop();
  }
}

async function untilNothingIsLeft(client: Client): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const { rows } = await client.query<{ n: string }>(LEFT);
    if (rows[0]?.n === '0') return;
    if (performance.now() > deadline) throw new Error(`${rows[0]?.n} rows are left to do after ${LIMIT_MS} ms.`);
    await sleep(100);
  }
}

async function read(rig: Rig, url: string, variant: Variant, apps: readonly AppProcess[]): Promise<Spent> {
  await rig.settle();
  const cpuSeconds = rig.cpuSeconds(apps.map(({ pid }) => pid));
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ disk: string; wal: string }>(
      `select pg_database_size(current_database()) as disk, pg_current_wal_lsn() - '0/0' as wal`,
    );
    const redisBytes = variant === 'redis' ? ((await rig.redis?.usedBytes()) ?? 0) : 0;
    return { cpuSeconds, diskBytes: Number(rows[0]?.disk), walBytes: Number(rows[0]?.wal), redisBytes };
  });
}

/** A wait or a mail costs what its orders cost more than orders that nobody listens to. */
function figuresOf(variant: Variant, spent: ReadonlyMap<Part, Spent>, events: number): Figure[] {
  const event = spent.get('event');
  return [...spent].flatMap(([part, own]) => {
    const perMillion = (key: keyof Spent): number =>
      ((own[key] - (part === 'event' ? 0 : (event?.[key] ?? 0))) / events) * MILLION;
    const candidate = `a million ${part === 'event' ? 'orders' : part === 'timer' ? 'waits' : 'mails'}, ${variant}`;
    return [
      plain(SUITE, candidate, 'CPU hours', [perMillion('cpuSeconds') / 3_600]),
      plain(SUITE, candidate, 'GB on disk', [perMillion('diskBytes') / GIGABYTE]),
      plain(SUITE, candidate, 'GB of log', [perMillion('walBytes') / GIGABYTE]),
      ...(variant === 'redis' && part === 'event'
        ? [plain(SUITE, 'Redis', 'MB after all', [own.redisBytes / MILLION])]
        : []),
    ];
  });
}
