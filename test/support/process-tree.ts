import { readdirSync, readFileSync } from 'node:fs';

interface ProcessLine {
  pid: number;
  parent: number;
  state: string;
  /** Of the process and of its ended children that were waited for, in clock ticks */
  ticks: number;
}

const TICKS_PER_SECOND = 100;

function readLine(pid: number): ProcessLine | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the program's name stands in brackets and may hold anything
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid, parent: Number(fields[1]), state: fields[0] ?? '', ticks };
  } catch {
    return undefined;
  }
}

function linesOfAll(): ProcessLine[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names.filter((name) => /^\d+$/.test(name)).flatMap((name) => readLine(Number(name)) ?? []);
}

function linesOfTree(roots: readonly number[]): ProcessLine[] {
  const all = linesOfAll();
  const wanted = new Set(roots);
  for (let size = -1; size !== wanted.size;) {
    size = wanted.size;
    for (const line of all) if (wanted.has(line.parent)) wanted.add(line.pid);
  }
  return all.filter((line) => wanted.has(line.pid));
}

/** The living processes among the given ones and all below them. Linux only; elsewhere none are found. */
export function treeOf(...roots: number[]): number[] {
  return linesOfTree(roots)
    .filter((line) => line.state !== 'Z')
    .map((line) => line.pid);
}

/** CPU seconds used so far by the given processes and all below them. */
export function cpuSecondsOf(...roots: number[]): number {
  return linesOfTree(roots).reduce((sum, line) => sum + line.ticks, 0) / TICKS_PER_SECOND;
}
