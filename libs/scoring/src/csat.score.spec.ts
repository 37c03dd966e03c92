import fc from 'fast-check';
import { csatScale, csatScore } from './csat.score.js';
import type { ScoreCounts } from './score.js';

const someCounts = fc.record({
  '1': fc.nat(400),
  '2': fc.nat(400),
  '3': fc.nat(400),
  '4': fc.nat(400),
  '5': fc.integer({ min: 1, max: 400 }),
});

describe('csatScore', () => {
  it('counts 4 and 5 of five as satisfied, with Wilson bounds', () => {
    expect(csatScore.compute({ '5': 5, '4': 3, '3': 1, '1': 1 })).toEqual({
      definition: 'csat-1',
      n: 10,
      numerator: 8,
      denominator: 10,
      scale: { min: 1, max: 5, polarity: 'higher-better', topK: 2 },
      counts: { '1': 1, '2': 0, '3': 1, '4': 3, '5': 5 },
      value: 80,
      low: expect.closeTo(49.0, 1),
      high: expect.closeTo(94.3, 1),
      satisfied: 8,
      mean: 4.1,
      notApplicable: 0,
      showCountsOnly: false,
      intervalFirst: true,
    });
  });

  it.each([
    [2, 1],
    [3, 1],
    [4, 2],
    [5, 2],
    [7, 2],
    [10, 2],
  ])('counts, of %d points, the best %d by default', (points, topK) => {
    const oneEach: ScoreCounts = Object.fromEntries(
      Array.from({ length: points }, (_, index) => [String(index + 1), 1]),
    );
    expect(csatScore.compute(oneEach, csatScale(points)).satisfied).toBe(topK);
  });

  it('counts 8 to 10 when the question version says top 3', () => {
    expect(csatScore.compute({ '7': 1, '8': 1, '9': 1, '10': 1 }, { ...csatScale(10), topK: 3 }).value).toBe(75);
  });

  it('keeps "not applicable" out of n and still counts it', () => {
    expect(csatScore.compute({ '5': 1, '2': 1, na: 7 })).toMatchObject({ n: 2, value: 50, notApplicable: 7 });
    expect(() => csatScore.compute({ na: -1 })).toThrow(/is not possible/);
  });

  it('is null, never 0, without answers', () => {
    expect(csatScore.compute({ na: 3 })).toMatchObject({ n: 0, value: null, low: null, high: null, mean: null });
  });

  it.each([
    { min: 1, max: 1, topK: 1 },
    { min: 5, max: 1, topK: 1 },
    { min: 0, max: 1000, topK: 1 },
    { min: 1, max: 5.5, topK: 1 },
    { min: 1, max: 5, topK: 0 },
    { min: 1, max: 5, topK: 5 },
  ])('refuses the scale %j', (scale) => {
    expect(() => csatScore.compute({}, { ...scale, polarity: 'higher-better' })).toThrow(RangeError);
  });

  it('stays within 0 and 100, inside its interval', () => {
    fc.assert(
      fc.property(someCounts, (counts) => {
        const { value, low, high } = csatScore.compute(counts);
        fc.pre(value !== null && low !== null && high !== null);
        const ascending = [0, low, value, high, 100];
        expect(ascending.toSorted((a, b) => Number(a) - Number(b))).toEqual(ascending);
      }),
    );
  });

  it('is unchanged when values and polarity are mirrored', () => {
    fc.assert(
      fc.property(someCounts, (counts) => {
        const mirrored = Object.fromEntries(
          Object.entries(counts).map(([score, count]) => [String(6 - Number(score)), count]),
        );
        const straight = csatScore.compute(counts);
        const turned = csatScore.compute(mirrored, { ...csatScale(5), polarity: 'lower-better' });
        expect([turned.value, turned.low, turned.high]).toEqual([straight.value, straight.low, straight.high]);
      }),
    );
  });

  it('never falls when an answer gets better', () => {
    fc.assert(
      fc.property(someCounts, fc.integer({ min: 1, max: 4 }), (counts, from) => {
        const answers: ScoreCounts = { ...counts };
        const before = csatScore.compute({ ...answers, [from]: (answers[from] ?? 0) + 1 }).value ?? Number.NaN;
        const after = csatScore.compute({ ...answers, [from + 1]: (answers[from + 1] ?? 0) + 1 }).value ?? Number.NaN;
        expect(after).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});
