import { describe, expect, it } from '@jest/globals';
import { castsOf } from './casts.js';

describe('castsOf', () => {
  it('puts people together whom others tie, in whatever order the ties are told', () => {
    const casts = castsOf([
      { id: 'd', other: 'e' },
      { id: 'b', other: 'c' },
      { id: 'x', other: 'y' },
      { id: 'e', other: 'c' },
      { id: 'b', other: 'a' },
    ]);
    expect(Object.fromEntries(casts)).toEqual({ a: 'a', b: 'a', c: 'a', d: 'a', e: 'a', x: 'x', y: 'x' });
  });
});
