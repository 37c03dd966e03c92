import { BenchChild } from './child.js';
import { compared, type Figure, plain, type Sample } from './figures.js';
import { runLoad } from './http-load.js';
import { preparedRequests, type Target } from './requests.js';
import type { Rig, Variant } from './rig.js';
import { quantile } from './statistics.js';

export interface AcceptOptions {
  rounds: number;
  seconds: number;
}

const SUITE = 'accept';
const CONNECTIONS = 64;
const BODY_BYTES = 1_024;
const WARM_UP_SECONDS = 2;
const BARE = { path: '/', secret: 'none' };

/** Accepted webhooks a second beside a bare route with one INSERT on the same server. */
export async function benchAccept(rig: Rig, { rounds, seconds }: AcceptOptions): Promise<Figure[]> {
  const bareDatabase = await rig.database('accept_bare', 'empty');
  const databases = new Map<Variant, string>();
  const targets = new Map<Variant, Omit<Target, 'port'>>();
  for (const variant of rig.variants) {
    const url = await rig.database(`accept_${variant}`, 'migrated');
    databases.set(variant, url);
    targets.set(variant, await rig.setUpShop(url, variant, []));
  }
  const samples = new Map<string, Sample[]>([
    ['bare', []],
    ...rig.variants.map((name): [string, Sample[]] => [name, []]),
  ]);
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of rig.variants) {
      const app = await rig.startApp('ingest', databases.get(variant) ?? '', variant);
      const target = { ...(targets.get(variant) ?? BARE), port: app.port };
      samples.get(variant)?.push(await measure(rig, target, app.pid, seconds));
      await app.stop();
    }
    const bare = await BenchChild.start('bare-accept', { DATABASE_URL: bareDatabase });
    samples.get('bare')?.push(await measure(rig, { ...BARE, port: bare.port }, bare.pid, seconds));
    await bare.stop();
  }
  return figuresOf(rig.variants, samples);
}

async function measure(rig: Rig, target: Target, pid: number, seconds: number): Promise<Sample> {
  const next = preparedRequests(target, BODY_BYTES);
  const load = { port: target.port, connections: CONNECTIONS, next };
  await runLoad({ ...load, seconds: Math.min(WARM_UP_SECONDS, seconds) });
  await rig.settle();
  const cpuBefore = rig.cpuSeconds([pid]);
  const result = await runLoad({ ...load, seconds });
  const cpu = rig.cpuSeconds([pid]) - cpuBefore;
  const answers = result.latenciesMs.length;
  if (result.accepted < answers) throw new Error(`Not every request was accepted: ${JSON.stringify(result.statuses)}`);
  return {
    rate: result.accepted / result.seconds,
    p50Ms: quantile(result.latenciesMs, 0.5),
    p99Ms: quantile(result.latenciesMs, 0.99),
    coreMs: (cpu * 1000) / result.accepted,
  };
}

function figuresOf(variants: readonly Variant[], samples: ReadonlyMap<string, Sample[]>): Figure[] {
  const of = (name: string, key: keyof Sample): number[] => (samples.get(name) ?? []).map((sample) => sample[key]);
  const figures = variants.flatMap((variant) => [
    compared({
      suite: SUITE,
      candidate: `ingest, ${variant}`,
      what: 'accepted/s',
      values: of(variant, 'rate'),
      ceilings: of('bare', 'rate'),
      atLeast: 0.8,
    }),
    compared({
      suite: SUITE,
      candidate: `ingest, ${variant}`,
      what: 'p99 ms',
      values: of(variant, 'p99Ms'),
      ceilings: of('bare', 'p99Ms'),
      atMost: 2,
    }),
    plain(SUITE, `ingest, ${variant}`, 'p50 ms', of(variant, 'p50Ms')),
    plain(SUITE, `ingest, ${variant}`, 'core-ms each', of(variant, 'coreMs')),
  ]);
  return [
    ...figures,
    plain(SUITE, 'bare', 'p50 ms', of('bare', 'p50Ms')),
    plain(SUITE, 'bare', 'core-ms each', of('bare', 'coreMs')),
  ];
}
