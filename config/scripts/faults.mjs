/**
 * Breaks a running system on purpose, in test/faults; arguments are Jest's own. `--long` takes in the rows of the night and
 * the larger loads. What each row counted is noted in .data/proofs, from which generate-guarantees.mjs writes docs/guarantees.md.
 */
import { spawnSync } from 'node:child_process';
import { fromRoot, root } from './workspace.mjs';

const args = process.argv.slice(2);
const isLong = args.includes('--long');

const { status } = spawnSync(
  process.execPath,
  [
    fromRoot('config', 'scripts', 'test.mjs'),
    '--selectProjects',
    'faults',
    '--runInBand',
    ...args.filter((arg) => arg !== '--long'),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      AFTERGLOW_FAULTS: isLong ? 'long' : 'quick',
      AFTERGLOW_PROOFS: process.env.AFTERGLOW_PROOFS ?? fromRoot('.data', 'proofs'),
    },
  },
);
process.exit(status ?? 1);
