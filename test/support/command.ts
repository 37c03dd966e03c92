import { spawn } from 'node:child_process';
import path from 'node:path';
import { endWithUs } from './end-with-us.js';
import { projectRoot } from './processes.js';

export interface Command {
  readonly pid: number;
  /** Resolves when it has ended: exit code (null: killed) and everything it said. */
  readonly ended: Promise<{ code: number | null; output: string }>;
  kill(): void;
}

/** `afterglow …` as a process of its own, with these settings and no others. */
export function startCommand(args: readonly string[], env: Readonly<Record<string, string>>): Command {
  const main = path.join(projectRoot(), 'dist', 'apps', 'cli', 'src', 'main.js');
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--enable-source-maps', main, ...args], {
    cwd: projectRoot(),
    env: { PATH, HOME, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  endWithUs(child);
  const ended = new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
  return { pid: child.pid ?? 0, ended, kill: () => void child.kill('SIGKILL') };
}

/** @throws Error with what it said, when it fails */
export async function runCommand(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const { code, output } = await startCommand(args, env).ended;
  if (code !== 0) throw new Error(`afterglow ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}
