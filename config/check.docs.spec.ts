import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FINDING_CODES, FINDING_RULES } from '#app/domain';

const guide = readFileSync(path.resolve(import.meta.dirname, '../docs/journeys.md'), 'utf8');

describe('docs/journeys.md, what the checker looks for', () => {
  it.each(FINDING_CODES)('has the line of %s as the code has it', (code) => {
    const { severity, rule } = FINDING_RULES[code];
    expect(guide).toContain(`| \`${code}\` | ${severity} | ${rule} |`);
  });
});
