import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AfterglowClient } from '../support/afterglow-client.js';
import type { AppName, AppProcess } from '../support/processes.js';
import { bounded, type Figure, plain } from './figures.js';
import { runLoad } from './http-load.js';
import { orderRequest, type Target } from './requests.js';
import { quantile } from './statistics.js';

export interface MemoryOptions {
  /** Of steady load in which memory is watched. */
  minutes: number;
  perSecond: number;
}

/** The apps of an installation, and the folder in which their heaps are noted. */
export type WatchedApps = Readonly<Partial<Record<AppName, AppProcess>>>;

interface Sample {
  hours: number;
  residentMb: number;
}

const SUITE = 'load';
const SEND_EVERY_MS = 1_000;
const LOOK_EVERY_MS = 10_000;
/** What a process takes until its heap has found its size is not a leak. */
const WARM_UP_MINUTES = 10;
const WARM_UP_SHARE = 1 / 3;
const HEAP_LIMIT_MS = 20_000;
/** Of what a process takes; within an hour that is less than what collecting garbage moves it up and down. */
const GROWTH_AN_HOUR = 0.01;
const MEGABYTE = 2 ** 20;

/** Notes what lives on in the heaps of apps that were started with `env`. */
export class HeapProbe {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'afterglow-heap-'));

  env(app: AppName): Record<string, string> {
    const probe = path.join(import.meta.dirname, 'heap-probe.js');
    return { NODE_OPTIONS: `--import ${probe}`, HEAP_PROBE_FILE: this.file(app) };
  }

  /** After garbage was collected. */
  async heapMb(app: AppName, { pid }: AppProcess): Promise<number> {
    rmSync(this.file(app), { force: true });
    process.kill(pid, 'SIGUSR2');
    const deadline = performance.now() + HEAP_LIMIT_MS;
    for (;;) {
      try {
        return Number(readFileSync(this.file(app), 'utf8')) / MEGABYTE;
      } catch {
        if (performance.now() > deadline) throw new Error(`${app} did not say what lives in its heap.`);
        await sleep(50);
      }
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private file(app: AppName): string {
    return path.join(this.folder, app);
  }
}

/** The same load for as long as wished, through the whole installation; what it takes of memory, and whether that grows. */
export async function watchMemory(
  target: Target,
  apps: WatchedApps,
  probe: HeapProbe,
  apiKey: string,
  { minutes, perSecond }: MemoryOptions,
): Promise<{ sent: number; figures: Figure[] }> {
  const names = Object.keys(apps) as AppName[];
  const warmUpMs = Math.min(WARM_UP_MINUTES, minutes * WARM_UP_SHARE) * 60_000;
  const samples = new Map<AppName, Sample[]>(names.map((name) => [name, []]));
  const heaps = (): Promise<Map<AppName, number>> => heapsOf(apps, probe);
  const load = new SteadyLoad(target, apps.api?.url ?? '', apiKey, perSecond);
  try {
    await load.holdUntil(performance.now() + warmUpMs, () => undefined);
    const before = await heaps();
    const startedAt = performance.now();
    await load.holdUntil(startedAt + minutes * 60_000 - warmUpMs, () => {
      const hours = (performance.now() - startedAt) / 3_600_000;
      for (const name of names) {
        const residentMb = residentMbOf(apps[name]?.pid ?? 0);
        samples.get(name)?.push({ hours, residentMb });
        process.stderr.write(`${hours.toFixed(4)} h ${name} ${residentMb.toFixed(1)} MB\n`);
      }
    });
    const after = await heaps();
    const figures = names.flatMap((name) =>
      figuresOf(
        `${name}, ${perSecond}/s for ${minutes} min`,
        samples.get(name) ?? [],
        before.get(name),
        after.get(name),
      ),
    );
    return { sent: load.sent, figures };
  } finally {
    load.close();
  }
}

/** So many orders a second and one look of somebody at the overview. */
class SteadyLoad {
  private readonly client: AfterglowClient;
  sent = 0;

  constructor(
    private readonly target: Target,
    apiUrl: string,
    apiKey: string,
    private readonly perSecond: number,
  ) {
    this.client = new AfterglowClient(apiUrl, apiKey);
  }

  async holdUntil(end: number, look: () => void): Promise<void> {
    let nextLook = performance.now();
    while (performance.now() < end) {
      const pause = sleep(SEND_EVERY_MS);
      const requests = Array.from({ length: (this.perSecond * SEND_EVERY_MS) / 1_000 }, () => {
        this.sent += 1;
        return orderRequest(this.target, 50_000_000 + this.sent, `steady-${this.sent}@example.com`);
      });
      await runLoad({ port: this.target.port, connections: 4, next: () => requests.pop() });
      await this.client.get('/api/v1/ops/overview');
      if (performance.now() >= nextLook) {
        look();
        nextLook += LOOK_EVERY_MS;
      }
      await pause;
    }
  }

  close(): void {
    this.client.close();
  }
}

async function heapsOf(apps: WatchedApps, probe: HeapProbe): Promise<Map<AppName, number>> {
  const heaps = new Map<AppName, number>();
  for (const [name, app] of Object.entries(apps) as [AppName, AppProcess][])
    heaps.set(name, await probe.heapMb(name, app));
  return heaps;
}

function figuresOf(
  candidate: string,
  samples: readonly Sample[],
  heapBefore = Number.NaN,
  heapAfter = Number.NaN,
): Figure[] {
  const resident = samples.map(({ residentMb }) => residentMb);
  const level = quantile(resident, 0.5);
  const hours = (samples.at(-1)?.hours ?? 0) - (samples[0]?.hours ?? 0);
  return [
    plain(SUITE, candidate, 'memory MB, p50', [level]),
    plain(SUITE, candidate, 'memory MB, most', [Math.max(...resident)]),
    // within minutes a slope says nothing
    hours >= 0.5
      ? bounded({
          suite: SUITE,
          candidate,
          what: 'growth/h',
          values: [slopeOf(samples) / level],
          atMost: GROWTH_AN_HOUR,
        })
      : plain(SUITE, candidate, 'growth/h', [slopeOf(samples) / level]),
    plain(SUITE, candidate, 'heap MB after the warm-up', [heapBefore]),
    plain(SUITE, candidate, 'heap MB at the end', [heapAfter]),
  ];
}

function residentMbOf(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1_024;
}

/** Least squares, in MB an hour. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [at, mb] = [mean(samples.map(({ hours }) => hours)), mean(samples.map(({ residentMb }) => residentMb))];
  const spread = samples.reduce((sum, { hours }) => sum + (hours - at) ** 2, 0);
  return samples.reduce((sum, { hours, residentMb }) => sum + (hours - at) * (residentMb - mb), 0) / spread;
}
