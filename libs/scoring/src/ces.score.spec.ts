import fc from 'fast-check';
import { cesPresets, cesScore } from './ces.score.js';
import { combineCounts } from './combine.js';
import { combineEase } from './ease.js';
import { MixedScalesError } from './mixed-scales-error.js';
import type { ScoreCounts } from './score.js';
import type { ScoreScale } from './scale.js';

const ces5 = cesPresets['ces-5'].scale;
const ces7 = cesPresets['ces-7'].scale;
const ces5e = cesPresets['ces-5e'].scale;

const someScale = fc.record({
  min: fc.integer({ min: -2, max: 3 }),
  width: fc.integer({ min: 2, max: 12 }),
  isHigherBetter: fc.boolean(),
});
const someAnswers = someScale.chain(({ min, width, isHigherBetter }) => {
  const scale: ScoreScale = {
    min,
    max: min + width,
    polarity: isHigherBetter ? 'higher-better' : 'lower-better',
    topK: 1,
  };
  const values = Array.from({ length: width + 1 }, (_, index) => String(min + index));
  return fc.record({
    scale: fc.constant(scale),
    counts: fc.record(
      Object.fromEntries(values.map((value) => [value, fc.integer({ min: 0, max: 200 })])),
    ) as fc.Arbitrary<ScoreCounts>,
  });
});

function mirror(counts: ScoreCounts, { min, max }: ScoreScale): ScoreCounts {
  return Object.fromEntries(Object.entries(counts).map(([score, count]) => [String(min + max - Number(score)), count]));
}

function flip(scale: ScoreScale): ScoreScale {
  return { ...scale, polarity: scale.polarity === 'higher-better' ? 'lower-better' : 'higher-better' };
}

describe('cesScore', () => {
  it('leads, on five points from very easy, with the share of low effort', () => {
    const result = cesScore.compute({ '1': 12, '2': 8, '3': 5, '4': 3, '5': 2 });
    expect(result).toMatchObject({
      definition: 'ces-1',
      preset: 'ces-5',
      headline: 'low-effort',
      n: 30,
      numerator: 20,
      value: expect.closeTo(66.667, 3),
      low: expect.closeTo(48.78, 2),
      high: expect.closeTo(80.77, 2),
      intervalFirst: false,
    });
    expect(result.mean).toEqual({
      value: expect.closeTo(2.1667, 4),
      low: expect.closeTo(1.6955, 4),
      high: expect.closeTo(2.6378, 4),
    });
    expect(result.easeIndex.value).toBeCloseTo(70.8333, 4);
  });

  it('leads, on seven points of agreement, with the share of 5 to 7', () => {
    const result = cesScore.compute({ '7': 4, '6': 3, '5': 2, '4': 1 }, ces7);
    expect(result).toMatchObject({ preset: 'ces-7', headline: 'agree', value: 90, mean: { value: 6 } });
    expect(result.easeIndex.value).toBeCloseTo(83.3333, 4);
  });

  it('leads, on five points to very easy, with the share of 4 and 5', () => {
    expect(cesScore.compute({ '5': 3, '4': 1, '1': 4 }, ces5e)).toMatchObject({
      preset: 'ces-5e',
      headline: 'easy',
      value: 50,
    });
  });

  it.each([
    ['higher-better', 'easy'],
    ['lower-better', 'low-effort'],
  ] as const)('names the headline of a %s scale of one’s own "%s"', (polarity, headline) => {
    expect(cesScore.compute({ '0': 1 }, { min: 0, max: 4, polarity, topK: 1 })).toMatchObject({
      preset: null,
      headline,
    });
  });

  it('is null, never 0, without answers', () => {
    const none = { value: null, low: null, high: null };
    expect(cesScore.compute({})).toMatchObject({ n: 0, ...none, mean: none, easeIndex: none });
  });

  it('keeps the ease interval open when there is one answer or all are alike', () => {
    expect(cesScore.compute({ '1': 1 }).easeIndex).toEqual({ value: 100, low: expect.closeTo(20.65, 2), high: 100 });
    const alike = cesScore.compute({ '2': 40 }).easeIndex;
    expect(alike).toEqual({ value: 75, low: expect.closeTo(59.81, 2), high: expect.closeTo(85.81, 2) });
  });

  it('takes t bounds of the ease index where answers differ', () => {
    // Two answers at the ends: mean 50, standard error 50, t(1) 12.7; far beyond the scale, so clipped.
    expect(cesScore.compute({ '1': 1, '5': 1 }).easeIndex).toEqual({ value: 50, low: 0, high: 100 });
    expect(cesScore.compute({ '1': 50, '3': 50 }).easeIndex).toEqual({
      value: 75,
      low: expect.closeTo(75 - 1.98422 * 2.51259, 3),
      high: expect.closeTo(75 + 1.98422 * 2.51259, 3),
    });
  });

  it('is unchanged in ease when polarity is flipped and values are mirrored', () => {
    fc.assert(
      fc.property(someAnswers, ({ counts, scale }) => {
        const straight = cesScore.compute(counts, scale);
        const turned = cesScore.compute(mirror(counts, scale), flip(scale));
        fc.pre(straight.n > 0);
        expect(turned.easeIndex.value).toBeCloseTo(straight.easeIndex.value ?? Number.NaN, 9);
        expect(turned.easeIndex.low).toBeCloseTo(straight.easeIndex.low ?? Number.NaN, 6);
        expect(turned.easeIndex.high).toBeCloseTo(straight.easeIndex.high ?? Number.NaN, 6);
        expect([turned.value, turned.low, turned.high]).toEqual([straight.value, straight.low, straight.high]);
      }),
    );
  });

  it('keeps every figure inside its interval and its range', () => {
    fc.assert(
      fc.property(someAnswers, ({ counts, scale }) => {
        const { n, value, low, high, easeIndex, mean } = cesScore.compute(counts, scale);
        fc.pre(n > 0);
        const ranges = [
          [0, low, value, high, 100],
          [0, easeIndex.low, easeIndex.value, easeIndex.high, 100],
          [scale.min, mean.low, mean.value, mean.high, scale.max],
        ].map((range) => range.map((figure) => figure ?? Number.NaN));
        for (const range of ranges) {
          range
            .slice(1)
            .forEach((figure, index) => expect(figure).toBeGreaterThanOrEqual((range[index] ?? Number.NaN) - 1e-9));
        }
      }),
    );
  });

  it('rises in ease with an easiest answer more', () => {
    fc.assert(
      fc.property(someAnswers, ({ counts, scale }) => {
        const best = String(scale.polarity === 'higher-better' ? scale.max : scale.min);
        const before = cesScore.compute(counts, scale);
        fc.pre(before.n > 0);
        const after = cesScore.compute({ ...counts, [best]: (counts[best] ?? 0) + 1 }, scale);
        expect(after.easeIndex.value).toBeGreaterThanOrEqual((before.easeIndex.value ?? Number.NaN) - 1e-9);
        expect(after.value).toBeGreaterThanOrEqual(before.value ?? Number.NaN);
      }),
    );
  });
});

describe('joining answers', () => {
  const easyFive = { counts: { '1': 3, '2': 1 }, scale: ces5 };
  const easySeven = { counts: { '7': 3, '1': 1 }, scale: ces7 };

  it('adds up counts of one scale', () => {
    expect(combineCounts([easyFive, { counts: { '2': 4, '5': 2 }, scale: { ...ces5 } }])).toEqual({
      '1': 3,
      '2': 5,
      '5': 2,
    });
    expect(combineCounts([])).toEqual({});
  });

  it.each([
    ['polarity', flip(ces5)],
    ['range', ces7],
    ['number of top values', { ...ces5, topK: 1 }],
  ])('refuses to add up counts that differ in %s', (_what, scale) => {
    const join = (): ScoreCounts => combineCounts([easyFive, { counts: {}, scale }]);
    expect(join).toThrow(MixedScalesError);
    expect(join).toThrow(/combineEase/);
  });

  it('joins different scales by ease, each answer weighing the same', () => {
    // Ease of the answers: 3 × 1 and 0.75, then 3 × 1 and 0.
    expect(combineEase([easyFive, easySeven])).toMatchObject({
      definition: 'ease-1',
      n: 8,
      value: expect.closeTo((100 * 6.75) / 8, 10),
      showCountsOnly: true,
    });
  });

  it('gives the ease index of the whole when one series is split', () => {
    const whole = cesScore.compute({ '1': 5, '2': 5, '4': 2 });
    const { value, low, high } = combineEase([
      { counts: { '1': 5 }, scale: ces5 },
      { counts: { '5': 0, '2': 1, '4': 2 }, scale: ces5 },
      { counts: { '4': 4 }, scale: flip(ces5) },
    ]);
    expect(value).toBeCloseTo(whole.easeIndex.value ?? Number.NaN, 10);
    expect(low).toBeCloseTo(whole.easeIndex.low ?? Number.NaN, 8);
    expect(high).toBeCloseTo(whole.easeIndex.high ?? Number.NaN, 8);
  });

  it('has no ease without answers', () => {
    expect(combineEase([])).toMatchObject({ n: 0, value: null, low: null, high: null });
  });
});
