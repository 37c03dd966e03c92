import { setTimeout as sleep } from 'node:timers/promises';
import type { AppName, AppProcess } from '../support/processes.js';
import { BenchChild } from './child.js';
import { bounded, type Figure, plain } from './figures.js';
import { runLoad } from './http-load.js';
import { HeapProbe, type MemoryOptions, watchMemory } from './load-memory.js';
import { orderRequest, type Target } from './requests.js';
import { type Rig, withClient } from './rig.js';

export interface StopOptions {
  /** Messages of the load in which everything is told to stop. */
  stopMessages: number;
}

type SteadyPart = 'memory' | 'stop';

const SUITE = 'load';
const ARRIVAL_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 33_000;

/** An hour of the same load, or what of it there is time for; or everything told to stop in the middle of a burst. */
export async function benchSteady(rig: Rig, part: SteadyPart, options: MemoryOptions & StopOptions): Promise<Figure[]> {
  const url = await rig.database(`load_${part}`, 'migrated');
  const shop = await rig.setUpShop(url, 'postgres', ['order-thank-you']);
  const sink = await BenchChild.start('sink', {});
  const probe = new HeapProbe();
  const mail = { SMTP_URL: `smtp://127.0.0.1:${sink.port}`, MAIL_FROM: 'Bench <bench@example.com>' };
  const start = (app: AppName, port?: number): Promise<AppProcess> =>
    rig.startApp(app, url, 'postgres', { ...mail, ...probe.env(app) }, port);
  try {
    const [ingest, api, worker] = [await start('ingest'), await start('api'), await start('worker')];
    const target = { ...shop, port: ingest.port };
    if (part === 'memory') {
      const { sent, figures } = await watchMemory(target, { ingest, api, worker }, probe, rig.apiKey, options);
      figures.push(...(await kept(`${sent.toLocaleString('en')} orders`, sent, sink, url)));
      for (const app of [ingest, api, worker]) await app.stop();
      return figures;
    }
    const again = async (): Promise<() => Promise<void>> => {
      const apps = [await start('ingest', ingest.port), await start('worker')];
      return async () => void (await Promise.all(apps.map((app) => app.stop())));
    };
    return await shutdown(target, [ingest, api, worker], sink, options.stopMessages, again, url);
  } finally {
    await sink.stop();
    probe.remove();
  }
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
  const candidate = `told to stop, ${accepted.toLocaleString('en')} answered`;
  const figures = await kept(candidate, accepted, sink, databaseUrl);
  await stopAgain();
  return [plain(SUITE, candidate, 'seconds to stop', [stopSeconds]), ...figures];
}

/** Every order that was answered 2xx has had its mail, and has had it once. */
async function kept(candidate: string, accepted: number, sink: BenchChild, databaseUrl: string): Promise<Figure[]> {
  const question = { ask: 'until', count: accepted, limitMs: ARRIVAL_LIMIT_MS };
  const { arrived, doubles } = await sink.ask<{ arrived: number; doubles: number }>(question);
  const unknown = await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ n: string }>(`select count(*) as n from app.message where state = 'unknown'`);
    return Number(rows[0]?.n);
  });
  return [
    bounded({ suite: SUITE, candidate, what: 'lost', values: [Math.max(0, accepted - arrived)], atMost: 0 }),
    bounded({ suite: SUITE, candidate, what: 'doubled', values: [doubles], atMost: 0 }),
    bounded({ suite: SUITE, candidate, what: 'in doubt', values: [unknown], atMost: 0 }),
  ];
}
