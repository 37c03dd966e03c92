import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ERROR_CODES } from '#app/domain';
import { renderErrorsDocument } from './errors-document.js';
import { PROBLEM_TYPES } from './problem-types.js';

const document = readFileSync(path.resolve(import.meta.dirname, '../../../../docs/errors.md'), 'utf8');

describe('docs/errors.md', () => {
  it('has every error code once and no other', () => {
    const codes = [...document.matchAll(/^\| `([^`]+)` \|/gm)].map(([, code]) => code);
    expect(codes).toEqual([...ERROR_CODES]);
  });

  it('is up to date (else run: node config/scripts/generate-docs.mjs)', () => {
    expect(document).toBe(renderErrorsDocument());
  });

  it('has no answer outside 4xx and 5xx', () => {
    expect(Object.values(PROBLEM_TYPES).filter(({ status }) => status < 400 || status > 599)).toEqual([]);
  });
});
