import fc from 'fast-check';
import { newcombeDifference, studentInterval, wilsonCentre, wilsonInterval, type Share } from './interval.js';
import { studentT95 } from './student-t.js';

const someShare = fc
  .integer({ min: 1, max: 100_000 })
  .chain((n) => fc.record({ n: fc.constant(n), successes: fc.integer({ min: 0, max: n }) }));

function wilson(share: Share): { low: number; high: number } {
  const bounds = wilsonInterval(share);
  if (bounds === null) throw new Error('no answers');
  return bounds;
}

describe('wilsonInterval', () => {
  it('gives the published bounds of 8 in 10', () => {
    const { low, high } = wilson({ successes: 8, n: 10 });
    expect(low).toBeCloseTo(0.49, 3);
    expect(high).toBeCloseTo(0.943, 3);
  });

  it('stays open on the far side when every answer is alike', () => {
    expect(wilson({ successes: 0, n: 5 })).toEqual({ low: 0, high: expect.closeTo(0.4345, 4) });
    expect(wilson({ successes: 5, n: 5 })).toEqual({ low: expect.closeTo(0.5655, 4), high: 1 });
  });

  it('is null without answers', () => {
    expect(wilsonInterval({ successes: 0, n: 0 })).toBeNull();
  });

  it.each([
    { successes: 3, n: 2 },
    { successes: -1, n: 2 },
    { successes: Number.NaN, n: 2 },
    { successes: 0, n: -1 },
  ])('refuses $successes of $n', (share) => {
    expect(() => wilsonInterval(share)).toThrow(RangeError);
  });

  it('lies inside [0, 1] and holds both the share and its adjusted centre', () => {
    fc.assert(
      fc.property(someShare, (share) => {
        const { low, high } = wilson(share);
        const observed = share.successes / share.n;
        const centre = wilsonCentre(share);
        for (const inside of [observed, centre]) {
          const ascending = [0, low, inside, high, 1];
          expect(ascending.toSorted((a, b) => a - b)).toEqual(ascending);
        }
      }),
    );
  });

  it('mirrors when successes and failures change places', () => {
    fc.assert(
      fc.property(someShare, ({ successes, n }) => {
        const straight = wilson({ successes, n });
        const mirrored = wilson({ successes: n - successes, n });
        expect(mirrored.low).toBeCloseTo(1 - straight.high, 10);
        expect(mirrored.high).toBeCloseTo(1 - straight.low, 10);
      }),
    );
  });

  it('moves up with each further success and narrows with more answers', () => {
    fc.assert(
      fc.property(someShare, fc.integer({ min: 2, max: 50 }), ({ successes, n }, factor) => {
        const now = wilson({ successes, n });
        const more = wilson({ successes: Math.min(n, successes + 1), n });
        const larger = wilson({ successes: successes * factor, n: n * factor });
        expect(more.low).toBeGreaterThanOrEqual(now.low);
        expect(more.high).toBeGreaterThanOrEqual(now.high);
        expect(larger.high - larger.low).toBeLessThan(now.high - now.low);
      }),
    );
  });
});

describe('newcombeDifference', () => {
  it('gives the published bounds of 56/70 against 48/80', () => {
    const difference = newcombeDifference({ successes: 56, n: 70 }, { successes: 48, n: 80 });
    expect(difference).toEqual({
      value: expect.closeTo(0.2, 10),
      low: expect.closeTo(0.0524, 4),
      high: expect.closeTo(0.3339, 4),
    });
  });

  it('is null when either side has no answers', () => {
    const none = { value: null, low: null, high: null };
    expect(newcombeDifference({ successes: 0, n: 0 }, { successes: 1, n: 2 })).toEqual(none);
    expect(newcombeDifference({ successes: 1, n: 2 }, { successes: 0, n: 0 })).toEqual(none);
  });

  it('lies inside [-1, 1], holds the difference, and changes sign with the order', () => {
    fc.assert(
      fc.property(someShare, someShare, (a, b) => {
        const there = newcombeDifference(a, b);
        const back = newcombeDifference(b, a);
        expect(there.low).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(there.high).toBeLessThanOrEqual(1 + 1e-12);
        expect(there.low).toBeLessThanOrEqual(there.value ?? Number.NaN);
        expect(there.high).toBeGreaterThanOrEqual(there.value ?? Number.NaN);
        expect(back.low).toBeCloseTo(-(there.high ?? Number.NaN), 10);
      }),
    );
  });
});

describe('studentT95', () => {
  it.each([
    [1, 12.7062],
    [9, 2.2622],
    [30, 2.0423],
    [31, 2.0395],
    [40, 2.0211],
    [60, 2.0003],
    [120, 1.9799],
    [1_000_000, 1.96],
  ])('is the tabled quantile at %d degrees of freedom', (degrees, quantile) => {
    expect(studentT95(degrees)).toBeCloseTo(quantile, 4);
  });

  it('falls with every further degree of freedom', () => {
    const quantiles = Array.from({ length: 200 }, (_, index) => studentT95(index + 1));
    expect(quantiles).toEqual([...quantiles].toSorted((a, b) => b - a));
  });

  it.each([0, -3, 2.5, Number.NaN])('refuses %d degrees of freedom', (degrees) => {
    expect(() => studentT95(degrees)).toThrow(RangeError);
  });
});

describe('studentInterval', () => {
  it('spreads by t standard errors around the mean', () => {
    expect(studentInterval(10, 4, 4)).toEqual({ low: expect.closeTo(6.8176, 4), high: expect.closeTo(13.1824, 4) });
  });

  it('is null below two answers', () => {
    expect(studentInterval(10, 0, 1)).toBeNull();
  });
});
