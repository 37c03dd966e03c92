/**
 * Breaks a running system on purpose, in test/faults; arguments are Jest's own. `--long` takes in the rows of the night and
 * the larger loads. What each row counted is noted in .data/proofs, from which generate-guarantees.mjs writes docs/guarantees.md.
 */
import { fromRoot, runNode } from './workspace.mjs';

const args = process.argv.slice(2);
const isLong = args.includes('--long');

process.exit(
  await runNode(
    [
      fromRoot('config', 'scripts', 'test.mjs'),
      '--selectProjects',
      'faults',
      // long rows measure how late things get: nothing else may run then
      isLong ? '--runInBand' : '--maxWorkers=2',
      ...args.filter((arg) => arg !== '--long'),
    ],
    {
      AFTERGLOW_FAULTS: isLong ? 'long' : 'quick',
      AFTERGLOW_PROOFS: process.env.AFTERGLOW_PROOFS ?? fromRoot('.data', 'proofs'),
    },
  ),
);
