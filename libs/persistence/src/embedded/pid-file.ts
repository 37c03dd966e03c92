import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { factsOfProcess, findServerChildren, isPostmasterOf } from './process-facts.js';

/** `postmaster.pid`, PostgreSQL's own lock. Its lines: pid, directory, start, port, socket, address, memory, status. */
export interface PidFile {
  /** NaN when the file is empty or torn, as after a power cut. */
  readonly pid: number;
  readonly port: number;
  /** starting (or recovering), ready, stopping, standby; empty before the first is written. */
  readonly status: string;
}

export async function readPidFile(directory: string): Promise<PidFile | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(directory, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
  const lines = text.split('\n').map((line) => line.trim());
  return { pid: Number.parseInt(lines[0] ?? '', 10), port: Number(lines[3] ?? 0), status: lines[7] ?? '' };
}

/** The living server of this directory, left by a process that was killed; undefined when there is none. */
export async function findPostmaster(directory: string): Promise<PidFile | undefined> {
  const file = await readPidFile(directory);
  if (file === undefined) return undefined;
  return isPostmasterOf(await factsOfProcess(file.pid), directory) ? file : undefined;
}

/**
 * Removes a pid file that PostgreSQL would wrongly take for a living server's: empty, of a zombie (in a container
 * without an init process a dead server stays one for ever), or of a pid another program has got since. One of a pid
 * that is gone PostgreSQL clears itself. That no orphaned child still writes here PostgreSQL checks in either case,
 * by its shared memory. Call it only under the lock of the data folder and when findPostmaster found none.
 */
export async function removeStalePidFile(directory: string): Promise<string | undefined> {
  const file = await readPidFile(directory);
  if (file === undefined) return undefined;
  const facts = await factsOfProcess(file.pid);
  if (facts.state === 'gone' && !Number.isNaN(file.pid)) return undefined;
  await rm(path.join(directory, 'postmaster.pid'), { force: true });
  if (Number.isNaN(file.pid)) return 'it was empty';
  return facts.state === 'zombie' ? `process ${file.pid} is a zombie` : `process ${file.pid} is another program`;
}

/**
 * Children outlive a killed server until they next look up from their work, which a long query may not do for minutes;
 * so long PostgreSQL refuses to start. They serve nobody and what they do is lost anyway: SIGQUIT ends them at once.
 * Call it under the same conditions as removeStalePidFile.
 */
export async function endOrphanedChildren(directory: string): Promise<number> {
  const orphans = await findServerChildren(directory);
  for (const pid of orphans) {
    try {
      process.kill(pid, 'SIGQUIT');
    } catch {
      // it has just ended by itself
    }
  }
  return orphans.length;
}
