import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countingAnswer, EDIT_WINDOW_MS } from './counting-answer.js';

describe('countingAnswer', () => {
  it('is the last within the edit window of the first', () => {
    const answers = [0, EDIT_WINDOW_MS - 1, EDIT_WINDOW_MS, EDIT_WINDOW_MS + 1].map((answeredAt, n) => ({
      id: `a${n}`,
      answeredAt,
    }));
    expect(countingAnswer(answers)).toBe('a2');
    expect(countingAnswer(answers.slice(0, 1))).toBe('a0');
    expect(countingAnswer([])).toBeUndefined();
  });

  it('is the same in whatever order the answers arrive', () => {
    const answers = fc.uniqueArray(fc.record({ id: fc.string(), answeredAt: fc.nat(2 * EDIT_WINDOW_MS) }), {
      selector: ({ id }) => id,
    });
    const shuffled = answers.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(fc.property(shuffled, ([list, other]) => expect(countingAnswer(other)).toBe(countingAnswer(list))));
  });
});
