import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { renderEnvExample, renewReadme } from './env.docs.js';
import { describeEnv } from './env.schema.js';

const root = path.resolve(import.meta.dirname, '..');
const remedy = 'run: node config/scripts/generate-docs.mjs';

describe('documents made from the environment schema', () => {
  it(`.env.example is up to date (else ${remedy})`, () => {
    expect(readFileSync(path.join(root, '.env.example'), 'utf8')).toBe(renderEnvExample());
  });

  it(`the table in README.md is up to date (else ${remedy})`, () => {
    const file = path.join(root, 'README.md');
    const readme = existsSync(file) ? readFileSync(file, 'utf8') : '';
    expect(renewReadme(readme)).toBe(readme);
  });

  it('every key has a description', () => {
    expect(describeEnv().filter(({ description }) => description.length < 10)).toEqual([]);
  });

  it('renews only the part between the marks', () => {
    const readme = renewReadme('before\n<!-- configuration:start -->\nold\n<!-- configuration:end -->\nafter');
    expect(readme).toMatch(
      /^before\n.*start -->\n\| setting .*`PORT` \| `3000` .*\n<!-- configuration:end -->\nafter$/s,
    );
  });
});
