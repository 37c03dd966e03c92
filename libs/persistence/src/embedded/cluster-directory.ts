import { createHash, randomUUID } from 'node:crypto';
import { chmod, chown, mkdir, readFile, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { ClusterRecord } from './cluster-record.js';
import type { Account } from './run-program.js';
import { runProgram } from './run-program.js';
import { SYSTEM_DATA_DIR, type ServerPrograms } from './server-programs.js';

export const SUPERUSER = 'afterglow';
const DRAFT = '.init-';

export interface ClusterOwner {
  readonly programs: ServerPrograms;
  readonly account: Account | undefined;
}

/** Where the cluster of this data folder lives unless that place doesn't suit PostgreSQL. */
export function clusterDirOf(dataDir: string, record: ClusterRecord | undefined): string {
  return record?.relocatedTo ?? path.join(dataDir, 'postgres');
}

/**
 * Where the cluster goes when the data folder doesn't suit it. A shelter left by a data folder that was deleted since
 * is not touched: its password is lost, but it is somebody's data.
 */
async function shelterOf(dataDir: string): Promise<string> {
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const asRoot = process.getuid?.() === 0;
  const base = asRoot ? SYSTEM_DATA_DIR : path.join(homedir(), '.local', 'state', 'afterglow');
  await mkdir(base, { recursive: true, mode: 0o755 });
  if (asRoot) await chmod(base, 0o755);
  for (let number = 1; ; number += 1) {
    const place = path.join(base, number === 1 ? hash : `${hash}-${number}`);
    if ((await majorVersionOf(place)) === undefined) return place;
  }
}

/** Undefined where there is no cluster. */
export async function majorVersionOf(directory: string): Promise<string | undefined> {
  try {
    return (await readFile(path.join(directory, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT') return undefined;
    throw new Error(`${directory} can't be read (${code}). Start as the same user as the first time, or as root.`, {
      cause: error,
    });
  }
}

/** pg_ctl, run as the account, tells a folder it can't get to from one that merely holds no cluster yet. */
async function canReach(directory: string, { programs, account }: ClusterOwner): Promise<boolean> {
  const { stderr, stdout } = await runProgram(programs.pgCtl, ['status', '-D', directory], { account });
  return !`${stdout}${stderr}`.includes('could not access directory');
}

/** Whether a cluster is there already. Throws where one should be and is not, or is of no use to us. */
export async function hasCluster(
  dataDir: string,
  record: ClusterRecord | undefined,
  owner: ClusterOwner,
): Promise<boolean> {
  const directory = clusterDirOf(dataDir, record);
  const version = await majorVersionOf(directory);
  if (version === undefined) {
    if (record?.initialised !== true) return false;
    throw new Error(
      `The database of ${dataDir} was in ${directory} and is no longer there. Put it back; ` +
        `or, to begin with an empty one, delete ${path.join(dataDir, 'postgres.json')}.`,
    );
  }
  if (version !== owner.programs.majorVersion) {
    throw new Error(
      `The database in ${directory} was made by PostgreSQL ${version}, this is ${owner.programs.majorVersion}. ` +
        `Run "afterglow upgrade --programs <folder with the programs of PostgreSQL ${version}>".`,
    );
  }
  if (record === undefined) {
    throw new Error(
      `${directory} holds a database, but ${path.join(dataDir, 'postgres.json')} with its password is gone. ` +
        'Put that file back, or set DATA_DIR to another folder.',
    );
  }
  if (!(await canReach(directory, owner))) {
    throw new Error(
      `${owner.account?.name ?? 'PostgreSQL'} can't reach ${directory}: a folder above it is closed. ` +
        'Open it (chmod a+x), or move the data folder.',
    );
  }
  return true;
}

/** Makes an empty folder for initdb; false where PostgreSQL could not get there or would refuse its owner or mode. */
async function makeEmptyFolder(folder: string, owner: ClusterOwner): Promise<boolean> {
  const { account } = owner;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return true;
  await chmod(folder, 0o700).catch(() => undefined);
  if (account !== undefined) await chown(folder, account.uid, account.gid).catch(() => undefined);
  const made = await stat(folder);
  const ours = made.uid === (account?.uid ?? process.getuid?.());
  if (ours && (made.mode & 0o077) === 0 && (await canReach(folder, owner))) return true;
  await rm(folder, { recursive: true, force: true });
  return false;
}

function adviceForInitdb(said: string): string {
  if (/No space left/.test(said)) return 'Free some disk space.';
  if (/could not look up effective user/.test(said)) {
    return 'Our user id has no name on this machine: start as a user listed in /etc/passwd, or set DATABASE_URL.';
  }
  return 'Set DATA_DIR to another folder, or DATABASE_URL to a PostgreSQL of your own.';
}

async function runInitdb(draft: string, password: string, unsafe: boolean, owner: ClusterOwner): Promise<void> {
  const passwordFile = `${draft}.password`;
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  try {
    if (owner.account !== undefined) await chown(passwordFile, owner.account.uid, owner.account.gid);
    const access = ['--username', SUPERUSER, '--auth', 'scram-sha-256', '--pwfile', passwordFile];
    const args = ['-D', draft, ...access, '--encoding=UTF8', '--locale=C', ...(unsafe ? ['--no-sync'] : [])];
    const { code, stdout, stderr } = await runProgram(owner.programs.initdb, args, { account: owner.account });
    if (code === 0) return;
    const said = stderr.trim() || stdout.trim();
    throw new Error(`PostgreSQL could not make its database in ${draft}. ${adviceForInitdb(said)}\n${said}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Left by first starts that were killed. Each has a name of its own, as an orphaned initdb may still write to it. */
async function removeDrafts(directory: string): Promise<void> {
  const folder = path.dirname(directory);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${path.basename(directory)}${DRAFT}`)) continue;
    await rm(path.join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Makes the cluster and returns where. It gets its final name only when it is complete, so that an interrupted first
 * start leaves nothing that looks like a database.
 */
export async function createCluster(
  dataDir: string,
  password: string,
  unsafe: boolean,
  owner: ClusterOwner,
): Promise<{ directory: string; relocated: boolean }> {
  const home = path.join(dataDir, 'postgres');
  for (const relocated of [false, true]) {
    const directory = relocated ? await shelterOf(dataDir) : home;
    await removeDrafts(directory);
    const draft = `${directory}${DRAFT}${randomUUID()}`;
    if (!(await makeEmptyFolder(draft, owner))) continue;
    try {
      await runInitdb(draft, password, unsafe, owner);
      await rename(draft, directory);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      throw error;
    }
    return { directory: await realpath(directory), relocated };
  }
  throw new Error(
    `PostgreSQL can't use ${home}, nor any other place we tried. Set DATA_DIR to another folder, or DATABASE_URL.`,
  );
}
