import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Proof } from '../test/support/proof.js';
import { renderGuarantees } from './guarantees.docs.js';
import { GUARANTEES } from './guarantees.js';

const root = path.resolve(import.meta.dirname, '..');
const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const proofs = JSON.parse(textOf('docs/guarantees.json')) as Proof[];

/** Rows of the fault plan by the titles of the tests below a folder: `F05: …`. */
function rowsBelow(folder: string): string[] {
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.(spec|fault)\.ts$/.test(file))
    .flatMap((file) =>
      [...textOf(path.join(folder, file)).matchAll(/['"`](F\d\d): /g)].flatMap(([, row]) => row ?? []),
    );
}

const rows = ['test', 'libs', 'apps'].flatMap(rowsBelow);

describe('docs/guarantees.md', () => {
  it('is made of the counts beside it (else run: node config/scripts/generate-guarantees.mjs)', () => {
    expect(renderGuarantees(proofs)).toBe(textOf('docs/guarantees.md'));
  });

  it.each(GUARANTEES)('proves $code by a test at least', ({ faults, tests }) => {
    expect(rows.filter((row) => faults.includes(row)).length + tests.length).toBeGreaterThan(0);
  });

  it.each(GUARANTEES.flatMap(({ tests }) => tests))('names a test that there is: %s, %s', (file, title) => {
    expect(textOf(file)).toContain(title);
  });

  it('names no row that is gone', () => {
    expect(proofs.filter(({ file, title }) => !textOf(file).includes(title))).toEqual([]);
  });

  it('has a promise for every row that there is', () => {
    const promised = new Set(GUARANTEES.flatMap(({ faults }) => faults));
    expect(rows).toContain('F05');
    expect(rows.filter((row) => !promised.has(row))).toEqual([]);
  });
});
