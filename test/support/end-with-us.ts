import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Told line by line what to end (a pid) or to remove (a folder, with the PostgreSQL in it), and what no longer to. It does so once its
 * input ends, which is when we do: by our own will, by a signal or by `kill -9`.
 */
const PROGRAM = String.raw`
const { readFileSync, rmSync } = require('node:fs');
const left = new Set();
const end = (pid, signal) => { try { process.kill(pid, signal); } catch {} };
const remove = (folder) => {
  for (const place of ['', '/postgres'])
    try { end(Number.parseInt(readFileSync(folder + place + '/postmaster.pid', 'utf8'), 10), 'SIGQUIT'); } catch {}
  try { rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }); } catch {}
};
require('node:readline').createInterface({ input: process.stdin })
  .on('line', (line) => line[0] === '+' ? left.add(line.slice(1)) : left.delete(line.slice(1)))
  .on('close', () => {
    // the newest first: an app before the folder it works in
    for (const one of [...left].reverse()) /^\d+$/.test(one) ? end(Number(one), 'SIGKILL') : remove(one);
  });
`;

const left = new Set<string>();
let survivor: ChildProcess | undefined;

/** Ends a child with this process. A listener for `exit` does not do: Jest's tests have a `process` that hears of nothing. */
export function endWithUs(child: ChildProcess): void {
  if (child.pid !== undefined) child.once('exit', keepUntilWeEnd(String(child.pid)));
}

/** Removes a folder with this process, and ends the PostgreSQL that works in it; the function returned takes that back. */
export function removeWithUs(folder: string): () => void {
  return keepUntilWeEnd(folder);
}

function keepUntilWeEnd(one: string): () => void {
  left.add(one);
  tell(`+${one}`);
  return () => {
    if (!left.delete(one)) return;
    tell(`-${one}`);
    if (left.size > 0) return;
    survivor?.stdin?.end();
    survivor = undefined;
  };
}

function tell(line: string): void {
  survivor ??= startSurvivor();
  survivor.stdin?.write(`${line}\n`);
}

function startSurvivor(): ChildProcess {
  // detached: Ctrl-C in a terminal reaches us alone
  const child = spawn(process.execPath, ['-e', PROGRAM], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  (child.stdin as Socket).unref();
  return child;
}
