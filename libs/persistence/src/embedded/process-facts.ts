import { readFile, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { runProgram } from './run-program.js';

export interface ProcessFacts {
  readonly state: 'gone' | 'zombie' | 'running';
  /** Command line; empty where the system doesn't tell. */
  readonly command: readonly string[];
  /** Changes when the pid is given to another process; empty where the system doesn't tell (Windows). */
  readonly startedAt: string;
  readonly workingDir?: string;
}

const GONE: ProcessFacts = { state: 'gone', command: [], startedAt: '' };

/** What the system knows about a pid: from /proc on Linux, from `ps` on macOS, its mere existence on Windows. */
export async function factsOfProcess(pid: number): Promise<ProcessFacts> {
  if (!Number.isInteger(pid) || pid <= 0) return GONE;
  if (process.platform === 'linux') return factsFromProc(pid);
  if (process.platform === 'win32') return factsFromSignal(pid);
  return factsFromPs(pid);
}

async function factsFromProc(pid: number): Promise<ProcessFacts> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // the second field is the name in brackets, which may hold brackets and blanks itself: count from its end
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startedAt = fields[19] ?? '';
    if (fields[0] === 'Z' || fields[0] === 'X') return { state: 'zombie', command: [], startedAt };
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    const workingDir = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    return { state: 'running', command, startedAt, ...(workingDir === undefined ? {} : { workingDir }) };
  } catch {
    return GONE;
  }
}

async function factsFromPs(pid: number): Promise<ProcessFacts> {
  const { code, stdout } = await runProgram('ps', ['-ww', '-o', 'stat=,lstart=,command=', '-p', String(pid)]);
  const found = /^\s*(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s*(.*)$/m.exec(stdout);
  if (code !== 0 || found === null) return GONE;
  const [, state = '', startedAt = '', command = ''] = found;
  return { state: state.startsWith('Z') ? 'zombie' : 'running', command: [command], startedAt };
}

function factsFromSignal(pid: number): ProcessFacts {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EPERM') return GONE;
  }
  return { state: 'running', command: [], startedAt: '' };
}

/** Whether this is the PostgreSQL server (not one of its children) that serves the given data directory. */
export function isPostmasterOf(facts: ProcessFacts, directory: string): boolean {
  if (facts.state !== 'running') return false;
  if (process.platform === 'win32') return true;
  const [program = ''] = facts.command;
  if (process.platform === 'linux') {
    if (path.basename(program) !== 'postgres') return false;
    return facts.workingDir === directory || facts.command.includes(directory);
  }
  return program.includes('postgres') && program.includes(directory);
}

/** Server children at work in a data directory; Linux only, elsewhere none are found. */
export async function findServerChildren(directory: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const { command, workingDir } = await factsFromProc(pid);
    if (workingDir === directory && command[0]?.startsWith('postgres: ') === true) found.push(pid);
  }
  return found;
}
