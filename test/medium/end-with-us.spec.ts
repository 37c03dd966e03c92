import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../e2e/installation.js';
import { projectRoot } from '../support/processes.js';
import { treeOf } from '../support/process-tree.js';

const MODULE = path.join(projectRoot(), 'dist', 'test', 'support', 'end-with-us.js');

/** A runner with a child that would sleep for long, and with a folder. */
const RUNNER = `
import { spawn } from 'node:child_process';
import { endWithUs, removeWithUs } from ${JSON.stringify(MODULE)};
const [folder] = process.argv.slice(1);
removeWithUs(folder);
const forget = removeWithUs(folder + '-kept');
const sleeper = spawn('sleep', ['600'], { stdio: 'ignore' });
endWithUs(sleeper);
forget();
console.log(sleeper.pid);
setInterval(() => {}, 1_000);
`;

let runner: ChildProcess | undefined;
afterEach(() => void runner?.kill('SIGKILL'));

/** One that has ended and that nobody has waited for is dead too. */
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0) && (process.platform !== 'linux' || treeOf(pid).length > 0);
  } catch {
    return false;
  }
};

describe('what a runner of tests has started', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'ends with it when it gets %s',
    async (signal) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'afterglow-ends-'));
      runner = spawn(process.execPath, ['--input-type=module', '-e', RUNNER, folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [said] = await once(runner.stdout!, 'data');
      const sleeper = Number(String(said));
      expect([isAlive(sleeper), existsSync(folder)]).toEqual([true, true]);
      runner.kill(signal);
      await eventually(async () => (isAlive(sleeper) || existsSync(folder) ? null : true), 60_000);
    },
    90_000,
  );
});
