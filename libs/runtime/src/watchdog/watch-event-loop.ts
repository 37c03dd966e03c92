import inspector from 'node:inspector';
import { Worker } from 'node:worker_threads';
import type { WatchdogData } from './watchdog.worker.js';

/** By then the claims of the process have ended, and others hold what it had. */
const LIMIT_MS = 60_000;
const BEAT_MS = 500;

/**
 * Ends this process when its main thread is in a loop that never ends: it could neither answer nor give anything back, and not even
 * be told to stop. What it held is claimed again; what made it loop is claimed alone and set aside after some deaths.
 */
export function watchEventLoop(limitMs = LIMIT_MS): void {
  // whoever debugs stops it on purpose
  if (inspector.url() !== undefined) return;
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const data: WatchdogData = { beats, limitMs };
  // its memory is a few megabytes; it keeps no process alive
  new Worker(new URL('watchdog.worker.js', import.meta.url), {
    workerData: data,
    execArgv: [],
    env: {},
  }).unref();
  setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS).unref();
}
