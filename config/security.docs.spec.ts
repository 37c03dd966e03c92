import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const CONTROLS = 44;
const document = readFileSync('docs/security.md', 'utf8');
const rows = [...document.matchAll(/^\| (\d+) \| (.+?) \| (.+?) \| ?(.*?) ?\|$/gm)].map(
  ([, number, name, how, tests]) => ({
    number: Number(number),
    name: name ?? '',
    how: how ?? '',
    files: [...(tests ?? '').matchAll(/\]\(([^)]+)\)/g)].map(([, file]) => file ?? ''),
  }),
);

describe('docs/security.md', () => {
  it('has every control once, in order', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: CONTROLS }, (_, index) => index + 1));
  });

  it.each(rows)('$number $name: is shown by tests that exist, or says why there is none', ({ how, files }) => {
    expect(files.filter((file) => !existsSync(path.resolve('docs', file)))).toEqual([]);
    expect(files.length > 0 || /^(?:Not built|Does not apply): /.test(how)).toBe(true);
    for (const file of files) expect(file).toMatch(/\.(?:spec|fault|contract)\.ts$/);
  });
});
