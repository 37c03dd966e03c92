import { BenchChild } from './child.js';
import { bounded, compared, type Figure, plain } from './figures.js';
import { runLoad } from './http-load.js';
import { type BacklogOptions, benchBacklog } from './load-backlog.js';
import { benchCrowd, type CrowdOptions } from './load-crowd.js';
import type { MemoryOptions } from './load-memory.js';
import { benchSteady, type StopOptions } from './load-steady.js';
import { preparedRequests, type Target } from './requests.js';
import type { Rig } from './rig.js';
import { quantile } from './statistics.js';

export const LOAD_PARTS = ['ramp', 'backlog', 'crowd', 'memory', 'stop'] as const;
export type LoadPart = (typeof LOAD_PARTS)[number];

export interface LoadOptions extends BacklogOptions, CrowdOptions, MemoryOptions, StopOptions {
  parts: readonly LoadPart[];
  /** Of each level of the ramp. */
  seconds: number;
}

const SUITE = 'load';
/** Connections that each send one webhook after the other: to saturation and far beyond. */
const CROWDS: readonly Crowd[] = [
  { connections: 16 },
  { connections: 64 },
  { connections: 256 },
  { connections: 1_024 },
  { connections: 2_560 },
  { connections: 2_560, isPatient: true },
  { connections: 16 },
];
const [CALM, STORM, TOLD, AFTERWARDS] = [0, 4, 5, 6] as const;
const BODY_BYTES = 1_024;

interface Crowd {
  connections: number;
  /** Whoever is refused comes again when told, as senders do; others at once, which no sender does. */
  isPatient?: boolean;
}

interface Level {
  goodput: number;
  refusedShare: number;
  refusedP99Ms: number;
  untold: number;
  p50Ms: number;
  p99Ms: number;
  coreMs: number;
}

/** What becomes of the system under more than it can take: at the door, behind it, for long, and while it is told to stop. */
export async function benchLoad(rig: Rig, options: LoadOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const part of options.parts) figures.push(...(await measure(rig, part, options)));
  return figures;
}

function measure(rig: Rig, part: LoadPart, options: LoadOptions): Promise<Figure[]> {
  if (part === 'ramp') return ramp(rig, options.seconds);
  if (part === 'backlog') return benchBacklog(rig, options);
  return part === 'crowd' ? benchCrowd(rig, options) : benchSteady(rig, part, options);
}

async function ramp(rig: Rig, seconds: number): Promise<Figure[]> {
  const url = await rig.database('load_ramp', 'migrated');
  const shop = await rig.setUpShop(url, 'postgres', []);
  const app = await rig.startApp('ingest', url, 'postgres');
  const ours = await levelsOf(rig, { ...shop, port: app.port }, app.pid, seconds);
  await app.stop();
  const bare = await BenchChild.start('bare-accept', { DATABASE_URL: await rig.database('load_bare', 'empty') });
  const ceilings = await levelsOf(rig, { path: '/', secret: 'none', port: bare.port }, bare.pid, seconds);
  await bare.stop();
  const figures = ours.flatMap((level, index) =>
    figuresOf(level, nameOf(index), ceilings[index]?.goodput ?? Number.NaN),
  );
  return [...figures, ...promisesOf(ours)];
}

/** The levels beside each other. */
function promisesOf(levels: readonly Level[]): Figure[] {
  const peak = Math.max(...levels.map(({ goodput }) => goodput));
  const best = levels.findIndex(({ goodput }) => goodput === peak);
  const of = (index: number, key: keyof Level): number => levels[index]?.[key] ?? Number.NaN;
  const beside = (index: number, other: number, key: keyof Level): { values: number[]; ceilings: number[] } => ({
    values: [of(index, key)],
    ceilings: [of(other, key)],
  });
  const untold = levels.reduce((sum, level) => sum + level.untold, 0);
  const refused = { suite: SUITE, candidate: `refused of ${nameOf(TOLD)}` };
  return [
    ...[STORM, TOLD].flatMap((index) => {
      const names = { suite: SUITE, candidate: `${nameOf(index)}, beside the best level` };
      return [
        compared({ ...names, what: 'accepted/s', ...beside(index, best, 'goodput'), atLeast: 0.9 }),
        // steadier than a rate on a machine that has other things to do: what is refused costs nothing of what is accepted
        compared({ ...names, what: 'core-ms each', ...beside(index, best, 'coreMs'), atMost: 1.1 }),
      ];
    }),
    bounded({ ...refused, what: 'p99 ms', values: [of(TOLD, 'refusedP99Ms')], atMost: 100 }),
    bounded({ ...refused, what: 'not told when to come again', values: [untold], atMost: 0 }),
    compared({
      suite: SUITE,
      candidate: `${nameOf(AFTERWARDS)}, beside before`,
      what: 'p99 ms',
      ...beside(AFTERWARDS, CALM, 'p99Ms'),
      atMost: 2,
    }),
  ];
}

function nameOf(index: number): string {
  const { connections, isPatient } = CROWDS[index] ?? { connections: 0 };
  const name = `${connections.toLocaleString('en')} connections`;
  if (isPatient) return `${name} that heed Retry-After`;
  return index === AFTERWARDS ? `${name} right afterwards` : name;
}

async function levelsOf(rig: Rig, target: Target, pid: number, seconds: number): Promise<Level[]> {
  const levels: Level[] = [];
  const next = preparedRequests(target, BODY_BYTES);
  await runLoad({ port: target.port, connections: 64, next, seconds: 1 });
  for (const crowd of CROWDS) {
    await rig.settle();
    const cpuBefore = rig.cpuSeconds([pid]);
    const result = await runLoad({ port: target.port, ...crowd, next, seconds });
    const { accepted, latenciesMs, refusedMs, untold } = result;
    levels.push({
      goodput: accepted / result.seconds,
      refusedShare: refusedMs.length / latenciesMs.length,
      refusedP99Ms: quantile(refusedMs, 0.99),
      untold,
      p50Ms: quantile(latenciesMs, 0.5),
      p99Ms: quantile(latenciesMs, 0.99),
      coreMs: ((rig.cpuSeconds([pid]) - cpuBefore) * 1_000) / accepted,
    });
  }
  return levels;
}

function figuresOf(level: Level, candidate: string, ceiling: number): Figure[] {
  const rate = { suite: SUITE, candidate, what: 'accepted/s', values: [level.goodput], ceilings: [ceiling] };
  const figures = [
    compared({ ...rate, atLeast: 0.8 }),
    plain(SUITE, candidate, 'p50 ms', [level.p50Ms]),
    plain(SUITE, candidate, 'p99 ms', [level.p99Ms]),
    plain(SUITE, candidate, 'core-ms each', [level.coreMs]),
  ];
  if (level.refusedShare === 0) return figures;
  return [
    ...figures,
    plain(SUITE, candidate, 'refused share', [level.refusedShare]),
    plain(SUITE, candidate, 'refused p99 ms', [level.refusedP99Ms]),
  ];
}
