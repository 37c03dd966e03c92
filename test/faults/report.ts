import { broken } from './broken.js';
import { isLong, noteProof } from '../support/proof.js';
import type { TestBackend } from '../support/describe-backends.js';
import type { FaultRig } from './rig.js';
import type { Outcome } from './oracle.js';

/** A row that runs in the long suite alone. */
export const itLong = isLong ? it : it.skip;
export const describeLong = isLong ? describe : describe.skip;

/** Rows in which the queue has no part: the quick suite runs them on one backend. */
export const once = <T>({ kind }: TestBackend, rows: readonly T[]): readonly T[] =>
  isLong || kind === 'postgres' ? rows : [];

/** Handed over at once by one process: so many messages may be in doubt for each interruption. */
const IN_HAND = 20;

/** What a fault must leave: nothing lost, nothing doubled, every doubt explained by a death or a stand-still. */
export function expectKept(fault: string, rig: FaultRig, outcome: Outcome): void {
  const { lost, doubled, contradicted, unknown, settledSeconds } = outcome;
  const interruptions = rig.kills + rig.stops;
  const own = rig.ofThisRow(outcome);
  noteProof({ fault, backend: rig.backend, ...own, lost: lost.length, doubled: doubled.length, seed: rig.seed });
  process.stdout.write(
    `${fault}: ${own.cases} orders, ${own.messages} messages, ${own.kills} kills, ${own.stops} stops, ${lost.length} lost, ${doubled.length} doubled, ` +
      `${own.unknown} unknown, settled after ${settledSeconds.toFixed(1)} s, seed ${rig.seed}\n`,
  );
  if (lost.length + doubled.length + contradicted.length > 0) broken.push({ fault, lost, doubled, contradicted });
  expect(broken).toEqual([]);
  // a sender is told to come again, never that it was wrong
  expect([...rig.tally.answers.keys()].filter((status) => ![0, 200, 202, 503].includes(status))).toEqual([]);
  // an app that ended by itself would have needed somebody to start it again
  expect(rig.apps.filter(({ process }) => process?.hasEnded)).toEqual([]);
  expect(unknown).toBeLessThanOrEqual(interruptions * IN_HAND);
}

/** Notes a row in which messages in doubt are handed over once more, as wished; how often each of those was. */
export function noteResent(
  fault: string,
  rig: FaultRig,
  { before, inDoubt, after }: Readonly<Record<'before' | 'inDoubt' | 'after', Outcome>>,
): number[] {
  const handed = after.doubled.map((line) => Number(/(\d+) times/.exec(line)?.[1]));
  noteProof({
    fault,
    backend: rig.backend,
    cases: inDoubt.unknown - before.unknown,
    lost: after.lost.length,
    doubled: handed.filter((times) => times > 2).length,
    unknown: after.unknown - before.unknown,
    seed: rig.seed,
  });
  return handed;
}
