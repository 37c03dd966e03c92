import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DueQueue } from './due-queue.js';

describe('DueQueue', () => {
  it('gives back what was added by time, equal times in the order of adding', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const queue = new DueQueue<number>();
        for (const [index, at] of times.entries()) queue.add(at, index);
        const taken: (readonly [number, number])[] = [];
        while (queue.nextAt !== Infinity) {
          const due = queue.take();
          if (due) taken.push([due.at, due.item]);
        }
        const sorted = times.map((at, index) => [at, index] as const).toSorted(([a, i], [b, j]) => a - b || i - j);
        expect(taken).toEqual(sorted);
      }),
    );
  });

  it('is empty at first', () => {
    const queue = new DueQueue<string>();
    expect(queue.nextAt).toBe(Infinity);
    expect(queue.take()).toBeUndefined();
  });
});
