import { readFileSync } from 'node:fs';
import path from 'node:path';
import { renewPrivacyPage } from './privacy.docs.js';

it('the tables of docs/privacy.md are those of the code (else run: node config/scripts/generate-docs.mjs)', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../docs/privacy.md'), 'utf8');
  expect(renewPrivacyPage(page)).toBe(page);
});
