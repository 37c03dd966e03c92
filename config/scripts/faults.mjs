/** Breaks a running system on purpose, in test/faults. `--long` kills far more often; other arguments are Jest's. */
import { spawnSync } from 'node:child_process';
import { fromRoot, root } from './workspace.mjs';

const args = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [
    fromRoot('config', 'scripts', 'test.mjs'),
    ...['--selectProjects', 'faults', '--runInBand'],
    ...args.filter((arg) => arg !== '--long'),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, AFTERGLOW_FAULTS: args.includes('--long') ? 'long' : 'quick' },
  },
);
process.exit(status ?? 1);
