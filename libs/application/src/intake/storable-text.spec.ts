import { describe, expect, it } from '@jest/globals';
import { storable } from './storable-text.js';

describe('storable', () => {
  it('drops NULs and replaces halves of surrogate pairs, in names too', () => {
    expect(storable({ 'a\0': ['b\0', { c: 'x\uD83D', d: 1 }] })).toEqual({ a: ['b', { c: 'x\uFFFD', d: 1 }] });
  });

  it('leaves everything else as it is, the same object', () => {
    const value = { text: 'ok 😀 \\u0041', n: null };
    expect(storable(value)).toBe(value);
  });
});
