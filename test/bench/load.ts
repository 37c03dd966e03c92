import { BenchChild } from './child.js';
import { bounded, compared, type Figure, plain } from './figures.js';
import { runLoad } from './http-load.js';
import { type BacklogOptions, benchBacklog } from './load-backlog.js';
import type { MemoryOptions } from './load-memory.js';
import { benchSteady, type StopOptions } from './load-steady.js';
import { preparedRequests, type Target } from './requests.js';
import type { Rig } from './rig.js';
import { quantile } from './statistics.js';

export const LOAD_PARTS = ['ramp', 'backlog', 'memory', 'stop'] as const;
export type LoadPart = (typeof LOAD_PARTS)[number];

export interface LoadOptions extends BacklogOptions, MemoryOptions, StopOptions {
  parts: readonly LoadPart[];
  /** Of each level of the ramp. */
  seconds: number;
}

const SUITE = 'load';
/** Connections that each send one webhook after the other, and again at once when they are refused: to saturation and far beyond. */
const LEVELS = [16, 64, 256, 1_024, 2_560] as const;
const BODY_BYTES = 1_024;

interface Level {
  goodput: number;
  refusedShare: number;
  refusedP99Ms: number;
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
  return part === 'backlog' ? benchBacklog(rig, options) : benchSteady(rig, part, options);
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
  const peak = Math.max(...ours.map(({ goodput }) => goodput));
  const last = ours.at(-1);
  return [
    ...ours.flatMap((level, index) => figuresOf(level, index, ceilings[index]?.goodput ?? Number.NaN)),
    compared({
      suite: SUITE,
      candidate: `${LEVELS.at(-1)} connections beside the best level`,
      what: 'accepted/s',
      values: [last?.goodput ?? 0],
      ceilings: [peak],
      atLeast: 0.9,
    }),
  ];
}

async function levelsOf(rig: Rig, target: Target, pid: number, seconds: number): Promise<Level[]> {
  const levels: Level[] = [];
  const next = preparedRequests(target, BODY_BYTES);
  await runLoad({ port: target.port, connections: 64, next, seconds: 1 });
  for (const connections of LEVELS) {
    await rig.settle();
    const cpuBefore = rig.cpuSeconds([pid]);
    const {
      accepted,
      latenciesMs,
      refusedMs,
      seconds: took,
    } = await runLoad({ port: target.port, connections, next, seconds });
    levels.push({
      goodput: accepted / took,
      refusedShare: refusedMs.length / latenciesMs.length,
      refusedP99Ms: quantile(refusedMs, 0.99),
      p50Ms: quantile(latenciesMs, 0.5),
      p99Ms: quantile(latenciesMs, 0.99),
      coreMs: ((rig.cpuSeconds([pid]) - cpuBefore) * 1_000) / accepted,
    });
  }
  return levels;
}

function figuresOf(level: Level, index: number, ceiling: number): Figure[] {
  const candidate = `${LEVELS[index]} connections`;
  const figures = [
    compared({
      suite: SUITE,
      candidate,
      what: 'accepted/s',
      values: [level.goodput],
      ceilings: [ceiling],
      atLeast: 0.8,
    }),
    plain(SUITE, candidate, 'p50 ms', [level.p50Ms]),
    plain(SUITE, candidate, 'p99 ms', [level.p99Ms]),
    plain(SUITE, candidate, 'core-ms each', [level.coreMs]),
    plain(SUITE, candidate, 'refused share', [level.refusedShare]),
  ];
  if (level.refusedShare === 0) return figures;
  const refused = { suite: SUITE, candidate, what: 'refused p99 ms', values: [level.refusedP99Ms], atMost: 100 };
  return [...figures, bounded(refused)];
}
