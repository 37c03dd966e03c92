import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './processes.js';

/** What one row of the fault plan counted. Numbers that a row doesn't count are left out. */
export interface Counted {
  /** `F05`; config/guarantees.ts says which promises it proves. */
  readonly fault: string;
  /** undefined where the queue has no part in it */
  readonly backend?: 'postgres' | 'redis';
  /** Orders, requests, races, documents: whatever the row tried one by one. */
  readonly cases: number;
  readonly messages?: number;
  readonly kills?: number;
  readonly stops?: number;
  readonly lost: number;
  readonly doubled: number;
  readonly unknown?: number;
  readonly seed?: number;
}

/** A line of the record: the count, and the test that made it. */
export interface Proof extends Counted {
  readonly suite: 'quick' | 'long';
  readonly file: string;
  readonly title: string;
  readonly date: string;
}

/** Rows of the night, and loads that take longer than a change should wait: `npm run faults -- --long`. */
export const isLong = process.env['AFTERGLOW_FAULTS'] === 'long';

/** Notes what a row has counted, where `npm run faults` wants it noted; call it before what may throw. */
export function noteProof(counted: Counted): void {
  const folder = process.env['AFTERGLOW_PROOFS'];
  if (!folder) return;
  const { testPath = '', currentTestName = '' } = expect.getState();
  const proof: Proof = {
    ...counted,
    suite: isLong ? 'long' : 'quick',
    file: path.relative(projectRoot(), testPath),
    title: currentTestName.slice(currentTestName.indexOf(`${counted.fault}:`)),
    date: new Date().toISOString().slice(0, 10),
  };
  mkdirSync(folder, { recursive: true });
  appendFileSync(path.join(folder, `${process.pid}.jsonl`), `${JSON.stringify(proof)}\n`);
}
