import { readFileSync } from 'node:fs';
import type { AppProcess } from '../support/processes.js';

const KIB_PER_MIB = 1_024;
const HOUR_MS = 3_600_000;
/** A process fills its caches and warms up before what it keeps says anything. */
const WARM_UP = 1 / 3;

interface Sample {
  readonly atMs: number;
  readonly rssMib: number;
}

/** How the resident memory of processes grows. Linux only. */
export class MemoryTrend {
  private readonly samples: Sample[][];

  constructor(private readonly processes: readonly AppProcess[]) {
    this.samples = processes.map(() => []);
  }

  note(): void {
    for (const [index, { pid }] of this.processes.entries())
      this.samples[index]?.push({ atMs: performance.now(), rssMib: rssMibOf(pid) });
  }

  /** By a straight line through what came after the warm-up. */
  percentPerHour(): number[] {
    return this.samples.map((samples) => {
      const settled = samples.slice(Math.floor(samples.length * WARM_UP));
      const mean = meanOf(settled.map(({ rssMib }) => rssMib));
      return mean > 0 ? (100 * slopeOf(settled) * HOUR_MS) / mean : 0;
    });
  }

  report(): Record<string, string> {
    const slopes = this.percentPerHour();
    const lines = this.processes.map(({ name }, index): [string, string] => {
      const first = this.samples[index]?.at(0)?.rssMib ?? 0;
      const last = this.samples[index]?.at(-1)?.rssMib ?? 0;
      return [name, `${first.toFixed(0)} to ${last.toFixed(0)} MiB, ${(slopes[index] ?? 0).toFixed(1)} % an hour`];
    });
    return Object.fromEntries(lines);
  }
}

/** MiB a millisecond, by least squares. */
function slopeOf(samples: readonly Sample[]): number {
  const at = meanOf(samples.map(({ atMs }) => atMs));
  const rss = meanOf(samples.map(({ rssMib }) => rssMib));
  const spread = samples.reduce((sum, { atMs }) => sum + (atMs - at) ** 2, 0);
  const together = samples.reduce((sum, { atMs, rssMib }) => sum + (atMs - at) * (rssMib - rss), 0);
  return spread > 0 ? together / spread : 0;
}

function meanOf(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function rssMibOf(pid: number): number {
  const [, kib = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / KIB_PER_MIB;
}
