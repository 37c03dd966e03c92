import { randomUUID } from 'node:crypto';
import { link, readFile, readlink, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { giveToOwnerOfFolder } from './owned-file.js';
import { factsOfProcess } from './process-facts.js';

const HEARTBEAT_MS = 3_000;
/** Longer than two heartbeats: a holder we can't see that lets this pass is dead. */
const WATCH_MS = 8_000;

const holderSchema = z.object({
  id: z.string(),
  pid: z.number().int(),
  /** See ProcessFacts.startedAt: tells the holder from a later process with the same pid. */
  startedAt: z.string(),
  host: z.string(),
  /** Linux: id of this boot and of the pid namespace (container); elsewhere empty. */
  boot: z.string(),
  pidSpace: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

async function ourselves(): Promise<Holder> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const pidSpace = await readlink('/proc/self/ns/pid').catch(() => '');
  const { startedAt } = await factsOfProcess(process.pid);
  return { id: randomUUID(), pid: process.pid, startedAt, host: hostname(), boot: boot.trim(), pidSpace };
}

/** Undefined when there is no lock, or one nobody can have finished writing. */
async function readHolder(file: string): Promise<Holder | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT') return undefined;
    throw new Error(`${file} can't be read (${code}). Start as the same user as before, or as root.`, { cause: error });
  }
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Whether the holder still lives. Its pid says so on the same machine; across containers only its heartbeat does. */
async function isAlive(holder: Holder, us: Holder, file: string, log: (line: string) => void): Promise<boolean> {
  if (holder.host === us.host && holder.boot !== us.boot) return false;
  if (holder.boot === us.boot && holder.pidSpace === us.pidSpace && holder.host === us.host) {
    const facts = await factsOfProcess(holder.pid);
    return facts.state === 'running' && facts.startedAt === holder.startedAt;
  }
  log(`The data folder was last used in another container or on ${holder.host}: looking whether it still is`);
  const before = await stat(file).catch(() => undefined);
  await sleep(WATCH_MS);
  const after = await stat(file).catch(() => undefined);
  return after !== undefined && after.mtimeMs !== before?.mtimeMs;
}

/** Lets one process at a time work in a data folder. Survives kill -9: a lock whose holder is dead is taken over. */
export class DataDirLock {
  private readonly heartbeat: NodeJS.Timeout;

  private constructor(
    private readonly file: string,
    private readonly id: string,
  ) {
    this.heartbeat = setInterval(() => {
      const now = new Date();
      utimes(this.file, now, now).catch(() => undefined);
    }, HEARTBEAT_MS);
    this.heartbeat.unref();
  }

  static async acquire(dataDir: string, log: (line: string) => void): Promise<DataDirLock> {
    const file = path.join(dataDir, 'afterglow.lock');
    const us = await ourselves();
    const draft = `${file}.${us.id}`;
    await writeFile(draft, `${JSON.stringify(us)}\n`, { mode: 0o600, flag: 'wx' });
    try {
      await giveToOwnerOfFolder(draft);
      for (let attempt = 0; attempt < 5; attempt += 1) {
        if (await placeLock(draft, file)) return new DataDirLock(file, us.id);
        await clearDeadLock(dataDir, file, us, log);
      }
      throw new Error(`Several processes are starting in ${dataDir} at once. Start one of them.`);
    } finally {
      await rm(draft, { force: true });
    }
  }

  async release(): Promise<void> {
    clearInterval(this.heartbeat);
    const holder = await readHolder(this.file);
    if (holder?.id === this.id) await rm(this.file, { force: true });
  }
}

/** A hard link appears as a whole or not at all, so nobody ever reads half a lock. */
async function placeLock(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw error;
  }
  // file systems without hard links
  try {
    await writeFile(file, await readFile(draft, 'utf8'), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw error;
  }
}

async function clearDeadLock(dataDir: string, file: string, us: Holder, log: (line: string) => void): Promise<void> {
  const holder = await readHolder(file);
  if (holder !== undefined && (await isAlive(holder, us, file, log))) {
    const where = holder.host === us.host ? '' : ` on ${holder.host}`;
    throw new Error(
      `${dataDir} is in use by process ${holder.pid}${where}. Stop that one first, or give this one another DATA_DIR.`,
    );
  }
  // moved aside, then looked at again: somebody quicker may have put a living lock in its place meanwhile
  const aside = `${file}.${us.id}.dead`;
  const moved = await rename(file, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  const taken = await readHolder(aside);
  if (taken !== undefined && taken.id !== holder?.id) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}
