import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppProcess } from '../support/processes.js';
import { BenchChild } from './child.js';
import { bounded, type Figure, plain } from './figures.js';
import { runLoad } from './http-load.js';
import { orderRequest, type Target } from './requests.js';
import { type Rig, withClient } from './rig.js';
import { quantile } from './statistics.js';

export interface SteadyOptions {
  /** Of steady load in which memory is watched. */
  minutes: number;
  /** Messages of the load in which everything is told to stop. */
  stopMessages: number;
}

const SUITE = 'load';
const PER_SECOND = 40;
const LOOK_EVERY_MS = 2_000;
/** What a process needs until its heap has found its size is not a leak. */
const WARM_UP_SHARE = 1 / 3;
const ARRIVAL_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 33_000;

/** An hour of the same load, or what of it there is time for; then everything is told to stop in the middle of a burst. */
export async function benchSteady(rig: Rig, { minutes, stopMessages }: SteadyOptions): Promise<Figure[]> {
  const url = await rig.database('load_steady', 'migrated');
  const shop = await rig.setUpShop(url, 'postgres', ['order-thank-you']);
  const sink = await BenchChild.start('sink', {});
  const mail = { SMTP_URL: `smtp://127.0.0.1:${sink.port}`, MAIL_FROM: 'Bench <bench@example.com>' };
  const start = (app: 'ingest' | 'worker', port?: number): Promise<AppProcess> =>
    rig.startApp(app, url, 'postgres', mail, port);
  try {
    const [ingest, worker] = [await start('ingest'), await start('worker')];
    const target = { ...shop, port: ingest.port };
    const figures = await memory(target, { ingest, worker }, minutes);
    const again = async (): Promise<() => Promise<void>> => {
      const apps = [await start('ingest', ingest.port), await start('worker')];
      return async () => void (await Promise.all(apps.map((app) => app.stop())));
    };
    return [...figures, ...(await shutdown(target, [ingest, worker], sink, stopMessages, again, url))];
  } finally {
    await sink.stop();
  }
}

async function memory(target: Target, apps: Readonly<Record<string, AppProcess>>, minutes: number): Promise<Figure[]> {
  const samples = new Map(Object.keys(apps).map((name) => [name, [] as { at: number; mb: number }[]]));
  const endsAt = performance.now() + minutes * 60_000;
  let sent = 0;
  while (performance.now() < endsAt) {
    const pause = sleep(LOOK_EVERY_MS);
    const requests = Array.from({ length: (PER_SECOND * LOOK_EVERY_MS) / 1_000 }, () => {
      sent += 1;
      return orderRequest(target, 50_000_000 + sent, `steady-${sent}@example.com`);
    });
    await runLoad({ port: target.port, connections: 4, next: () => requests.pop() });
    for (const [name, app] of Object.entries(apps))
      samples.get(name)?.push({ at: performance.now() / 3_600_000, mb: residentMb(app.pid) });
    await pause;
  }
  return [...samples].flatMap(([name, points]) => {
    const candidate = `${name}, ${PER_SECOND}/s for ${minutes} min`;
    const settled = points.slice(Math.floor(points.length * WARM_UP_SHARE));
    return [
      plain(SUITE, candidate, 'memory MB, p50', [
        quantile(
          settled.map(({ mb }) => mb),
          0.5,
        ),
      ]),
      plain(SUITE, candidate, 'memory MB, most', [Math.max(...points.map(({ mb }) => mb))]),
      plain(SUITE, candidate, 'growth MB/h', [slopeOf(settled)]),
    ];
  });
}

/** Everything gets its SIGINT in the middle of a burst and starts again after it. */
async function shutdown(
  target: Target,
  apps: readonly AppProcess[],
  sink: BenchChild,
  messages: number,
  again: () => Promise<() => Promise<void>>,
  databaseUrl: string,
): Promise<Figure[]> {
  await sink.ask({ ask: 'clear' });
  const requests = Array.from({ length: messages }, (_, n) =>
    orderRequest(target, 90_000_000 + n, `stop-${n}@example.com`),
  );
  let accepted = 0;
  // a connection breaks when its process has gone: what was answered before that counts
  const load = runLoad({
    port: target.port,
    connections: 16,
    next: () => requests.pop(),
    onAccepted: () => (accepted += 1),
  }).catch(() => undefined);
  await sleep(1_000);
  const startedAt = performance.now();
  await Promise.all(apps.map((app) => app.stop(STOP_LIMIT_MS)));
  const stopSeconds = (performance.now() - startedAt) / 1_000;
  await load;
  const stopAgain = await again();
  const { arrived, doubles } = await sink.ask<{ arrived: number; doubles: number }>({
    ask: 'until',
    count: accepted,
    limitMs: ARRIVAL_LIMIT_MS,
  });
  const unknown = await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ n: string }>(`select count(*) as n from app.message where state = 'unknown'`);
    return Number(rows[0]?.n);
  });
  await stopAgain();
  const candidate = `told to stop, ${accepted.toLocaleString('en')} answered`;
  return [
    plain(SUITE, candidate, 'seconds to stop', [stopSeconds]),
    bounded({ suite: SUITE, candidate, what: 'lost', values: [Math.max(0, accepted - arrived)], atMost: 0 }),
    bounded({ suite: SUITE, candidate, what: 'doubled', values: [doubles], atMost: 0 }),
    bounded({ suite: SUITE, candidate, what: 'in doubt', values: [unknown], atMost: 0 }),
  ];
}

function residentMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1_024;
}

/** Least squares. */
function slopeOf(points: readonly { readonly at: number; readonly mb: number }[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [at, mb] = [mean(points.map((point) => point.at)), mean(points.map((point) => point.mb))];
  const spread = points.reduce((sum, point) => sum + (point.at - at) ** 2, 0);
  return points.reduce((sum, point) => sum + (point.at - at) * (point.mb - mb), 0) / spread;
}
