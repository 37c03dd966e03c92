import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PERMISSIONS, ROLES, rolesWith } from '#app/domain';

const page = readFileSync(path.resolve(import.meta.dirname, '../docs/access.md'), 'utf8');

describe('docs/access.md', () => {
  it.each(PERMISSIONS)('has the line of %s as the code has it', (permission) => {
    const cells = ROLES.map((role) => (rolesWith(permission).includes(role) ? 'yes' : ''));
    expect(page.replaceAll(/ +/g, ' ')).toContain(
      `| \`${permission}\` | ${cells.join(' | ')} |`.replaceAll(/ +/g, ' '),
    );
  });
});
