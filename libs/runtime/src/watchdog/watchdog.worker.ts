import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const TICK_MS = 1_000;
const STDERR = 2;

export interface WatchdogData {
  /** Raised by the main thread as long as it turns. */
  readonly beats: Int32Array;
  readonly limitMs: number;
}

const { beats, limitMs } = workerData as WatchdogData;
let last = -1;
let silentMs = 0;

// its own ticks are the measure: a process that was stopped as a whole has missed nothing
setInterval(() => {
  const now = Atomics.load(beats, 0);
  silentMs = now === last ? silentMs + TICK_MS : 0;
  last = now;
  if (silentMs < limitMs) return;
  const msg = `Nothing has moved in this process for ${silentMs / 1_000} s: it is in an endless loop. It ends, so that others take over`;
  writeSync(STDERR, `${JSON.stringify({ level: 'fatal', context: 'Watchdog', msg })}\n`);
  process.kill(process.pid, 'SIGKILL');
}, TICK_MS);
