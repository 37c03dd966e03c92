import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../support/processes.js';

const MODULE = path.join(projectRoot(), 'dist', 'libs', 'runtime', 'src', 'watchdog', 'watch-event-loop.js');

function run(rest: string): Promise<{ code: number | null; signal: NodeJS.Signals | null; said: string }> {
  const code = `import { watchEventLoop } from ${JSON.stringify(MODULE)}; watchEventLoop(2_000); ${rest}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 40_000,
    killSignal: 'SIGABRT',
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((resolve) => child.once('close', (exit, signal) => resolve({ code: exit, signal, said })));
}

describe('the watchdog', () => {
  it('ends a process in an endless loop, and says so', async () => {
    const { signal, said } = await run('setTimeout(() => { for (;;); }, 100);');
    expect(signal).toBe('SIGKILL');
    expect(said).toContain('endless loop');
  }, 60_000);

  it('leaves a process that works alone, and keeps none alive', async () => {
    expect(await run('setTimeout(() => undefined, 3_500);')).toEqual({ code: 0, signal: null, said: '' });
  }, 60_000);
});
