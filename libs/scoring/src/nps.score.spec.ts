import fc from 'fast-check';
import { adjustedNpsInterval, npsScore, npsStandardError, requiredResponses } from './nps.score.js';

const someGroup = fc.integer({ min: 0, max: 5000 });
const someCounts = fc.record(
  Object.fromEntries(Array.from({ length: 11 }, (_, score) => [String(score), fc.integer({ min: 0, max: 300 })])),
);

/** Golden vectors: groups, score, unadjusted half width, adjusted centre and half width before clipping. */
const GOLDEN = [
  { promoters: 50, passives: 30, detractors: 20, score: 30, plain: 15.31, centre: 29.13, half: 15.08 },
  { promoters: 291, passives: 476, detractors: 395, score: -8.95, plain: 4.39, centre: -8.93, half: 4.38 },
  { promoters: 10, passives: 0, detractors: 0, score: 100, plain: 0, centre: 76.92, half: 29.42 },
  { promoters: 5, passives: 3, detractors: 2, score: 30, plain: 48.41, centre: 23.08, half: 42.13 },
  { promoters: 0, passives: 0, detractors: 1, score: -100, plain: 0, centre: -25, half: 73.5 },
  { promoters: 600, passives: 300, detractors: 100, score: 50, plain: 4.16, centre: 49.85, half: 4.16 },
];

describe('npsScore', () => {
  it.each(GOLDEN)('gives $score for $promoters/$passives/$detractors', ({ score, plain, centre, half, ...groups }) => {
    const result = npsScore.compute({ '9': groups.promoters, '7': groups.passives, '0': groups.detractors });
    const adjusted = adjustedNpsInterval(groups);
    expect(result.value).toBeCloseTo(score, 2);
    expect(1.96 * (npsStandardError(groups) ?? Number.NaN)).toBeCloseTo(plain, 2);
    expect(adjusted).toEqual({ centre: expect.closeTo(centre, 2), half: expect.closeTo(half, 2) });
    expect(result.low).toBeCloseTo(Math.max(-100, centre - half), 1);
    expect(result.high).toBeCloseTo(Math.min(100, centre + half), 1);
  });

  it('groups 0-6, 7-8 and 9-10', () => {
    const everyScoreOnce = Object.fromEntries(Array.from({ length: 11 }, (_, score) => [String(score), 1]));
    expect(npsScore.compute(everyScoreOnce)).toMatchObject({
      definition: 'nps-1',
      n: 11,
      detractors: 7,
      passives: 2,
      promoters: 2,
      numerator: -5,
      denominator: 11,
    });
  });

  it('is null, never 0, without answers', () => {
    expect(npsScore.compute({})).toMatchObject({ n: 0, value: null, low: null, high: null, showCountsOnly: true });
    expect(npsStandardError({ promoters: 0, passives: 0, detractors: 0 })).toBeNull();
  });

  it('is 0 when promoters and detractors balance', () => {
    expect(npsScore.compute({ '10': 20, '3': 20 }).value).toBe(0);
  });

  it.each([
    [9, true, true],
    [10, false, true],
    [29, false, true],
    [30, false, false],
  ])('hints how to show %d answers', (answers, showCountsOnly, intervalFirst) => {
    expect(npsScore.compute({ '8': answers })).toMatchObject({ showCountsOnly, intervalFirst });
  });

  it('refuses another scale', () => {
    expect(() => npsScore.compute({}, { min: 1, max: 10, polarity: 'higher-better', topK: 2 })).toThrow(/use CSAT/);
  });

  it.each(['11', '-1', '9.5', '09', 'na', ''])('refuses the score "%s"', (score) => {
    expect(() => npsScore.compute({ [score]: 1 })).toThrow(/is not on the scale/);
  });

  it.each([-1, 0.5, Number.NaN])('refuses a count of %d', (count) => {
    expect(() => npsScore.compute({ '9': count })).toThrow(/is not possible/);
  });

  it('accounts for every answer and stays within -100 and 100', () => {
    fc.assert(
      fc.property(someCounts, (counts) => {
        const { n, promoters, passives, detractors, value, low, high } = npsScore.compute(counts);
        expect(promoters + passives + detractors).toBe(n);
        fc.pre(n > 0 && value !== null && low !== null && high !== null);
        for (const figure of [value, low, high]) expect(Math.abs(figure ?? Number.NaN)).toBeLessThanOrEqual(100);
        const { centre } = adjustedNpsInterval({ promoters, passives, detractors });
        expect(low).toBeLessThanOrEqual(centre);
        expect(high).toBeGreaterThanOrEqual(centre);
      }),
    );
  });

  it('changes sign when promoters and detractors change places', () => {
    fc.assert(
      fc.property(someGroup, someGroup, someGroup, (promoters, passives, detractors) => {
        fc.pre(promoters + passives + detractors > 0);
        const straight = npsScore.compute({ '10': promoters, '8': passives, '2': detractors });
        const swapped = npsScore.compute({ '10': detractors, '8': passives, '2': promoters });
        expect(swapped.value).toBeCloseTo(-(straight.value ?? Number.NaN), 10);
        expect(swapped.low).toBeCloseTo(-(straight.high ?? Number.NaN), 10);
      }),
    );
  });

  it('rises when a detractor becomes a passive, and a passive a promoter', () => {
    fc.assert(
      fc.property(someGroup, someGroup, someGroup, (promoters, passives, detractors) => {
        const start = npsScore.compute({ '9': promoters, '8': passives, '5': detractors + 1 }).value ?? Number.NaN;
        const milder = npsScore.compute({ '9': promoters, '8': passives + 1, '5': detractors }).value ?? Number.NaN;
        const won = npsScore.compute({ '9': promoters + 1, '8': passives, '5': detractors }).value ?? Number.NaN;
        expect(start).toBeLessThan(milder);
        expect(milder).toBeLessThan(won);
      }),
    );
  });
});

describe('requiredResponses', () => {
  it.each([
    [20, 63],
    [10, 250],
    [5, 999],
    [3, 2775],
  ])('asks, for ± %d points, for %d answers', (margin, answers) => {
    expect(requiredResponses(margin)).toBe(answers);
  });

  it.each([0, -5, Number.NaN])('refuses a margin of %d points', (margin) => {
    expect(() => requiredResponses(margin)).toThrow(RangeError);
  });
});
