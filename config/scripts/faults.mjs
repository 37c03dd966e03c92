/**
 * Breaks a running system on purpose, in test/faults; arguments are Jest's own. `--long` takes in the rows of the night and
 * the larger loads; `--soak --minutes 480` runs random faults one after the other for so long (20 minutes when left out). What each
 * row counted is noted in .data/proofs, from which generate-guarantees.mjs writes docs/guarantees.md.
 */
import { parseArgs } from 'node:util';
import { fromRoot, runNode } from './workspace.mjs';

const DEFAULT_SOAK_MINUTES = '20';
const options = { long: { type: 'boolean' }, soak: { type: 'boolean' }, minutes: { type: 'string' } };

const { tokens } = parseArgs({ options, strict: false, tokens: true });
const own = tokens.filter(({ kind, name }) => kind === 'option' && name in options);
const taken = new Set(
  own.flatMap(({ index, value, inlineValue }) => (value === undefined || inlineValue ? [index] : [index, index + 1])),
);
const args = process.argv.slice(2).filter((_arg, index) => !taken.has(index));

const has = (name) => own.some((token) => token.name === name);
const isLong = has('long') || has('soak');
const minutes = own.find(({ name }) => name === 'minutes')?.value ?? DEFAULT_SOAK_MINUTES;
if (has('soak') && !(Number(minutes) > 0))
  throw new Error(`--minutes ${minutes} is no length of time: say how many minutes.`);

process.exit(
  await runNode(
    [
      fromRoot('config', 'scripts', 'test.mjs'),
      '--selectProjects',
      'faults',
      // long rows measure how late things get: nothing else may run then
      isLong ? '--runInBand' : '--maxWorkers=2',
      ...(has('soak') ? ['test/faults/soak'] : []),
      ...args,
    ],
    {
      AFTERGLOW_FAULTS: isLong ? 'long' : 'quick',
      ...(has('soak') ? { FAULTS_SOAK_MINUTES: minutes } : {}),
      AFTERGLOW_PROOFS: process.env.AFTERGLOW_PROOFS ?? fromRoot('.data', 'proofs'),
    },
  ),
);
