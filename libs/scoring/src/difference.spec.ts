import fc from 'fast-check';
import { cesPresets, cesScore } from './ces.score.js';
import { csatScale, csatScore } from './csat.score.js';
import { npsDifference, shareDifference } from './difference.js';
import { MixedScalesError } from './mixed-scales-error.js';
import { npsScore, type NpsResult } from './nps.score.js';

function nps(promoters: number, passives: number, detractors: number): NpsResult {
  return npsScore.compute({ '9': promoters, '8': passives, '4': detractors });
}

describe('npsDifference', () => {
  it('sees no clear change in 15 ± 21.09 points', () => {
    expect(npsDifference(nps(60, 25, 15), nps(50, 30, 20))).toEqual({
      value: expect.closeTo(15, 10),
      low: expect.closeTo(15 - 21.09, 2),
      high: expect.closeTo(15 + 21.09, 2),
      verdict: 'no-clear-change',
    });
  });

  it('sees a clear rise, and a clear fall the other way round', () => {
    expect(npsDifference(nps(600, 300, 100), nps(300, 300, 400)).verdict).toBe('up');
    expect(npsDifference(nps(300, 300, 400), nps(600, 300, 100)).verdict).toBe('down');
  });

  it('gives no verdict while a side has fewer than ten answers', () => {
    // All alike: the unadjusted error is 0 and would call anything clear.
    expect(npsDifference(nps(9, 0, 0), nps(0, 0, 40))).toMatchObject({ value: 200, verdict: 'too-few-answers' });
  });

  it('is null when a side has no answers', () => {
    const none = { value: null, low: null, high: null, verdict: 'too-few-answers' };
    expect(npsDifference(nps(0, 0, 0), nps(5, 5, 5))).toEqual(none);
    expect(npsDifference(nps(5, 5, 5), nps(0, 0, 0))).toEqual(none);
  });

  it('changes sign with the order', () => {
    const someNps = fc
      .tuple(fc.nat(500), fc.nat(500), fc.integer({ min: 1, max: 500 }))
      .map((groups) => nps(...groups));
    fc.assert(
      fc.property(someNps, someNps, (a, b) => {
        const there = npsDifference(a, b);
        const back = npsDifference(b, a);
        expect(back.value).toBeCloseTo(-(there.value ?? Number.NaN), 10);
        expect(back.low).toBeCloseTo(-(there.high ?? Number.NaN), 10);
      }),
    );
  });
});

describe('shareDifference', () => {
  it('gives Newcombe bounds in points', () => {
    const after = csatScore.compute({ '5': 56, '1': 14 });
    const before = csatScore.compute({ '4': 48, '2': 32 });
    expect(shareDifference(after, before)).toEqual({
      value: expect.closeTo(20, 10),
      low: expect.closeTo(5.24, 2),
      high: expect.closeTo(33.39, 2),
      verdict: 'up',
    });
    expect(shareDifference(before, after).verdict).toBe('down');
  });

  it('calls fewer effort-free answers a fall whatever the polarity', () => {
    const easy = { '1': 90, '4': 10 };
    const hard = { '1': 10, '4': 90 };
    expect(shareDifference(cesScore.compute(hard), cesScore.compute(easy)).verdict).toBe('down');
    const { scale } = cesPresets['ces-7'];
    expect(
      shareDifference(cesScore.compute({ '7': 50, '1': 50 }, scale), cesScore.compute({ '6': 50, '2': 50 }, scale))
        .verdict,
    ).toBe('no-clear-change');
  });

  it('is null when a side has no answers', () => {
    expect(shareDifference(csatScore.compute({}), csatScore.compute({ '5': 1 }))).toEqual({
      value: null,
      low: null,
      high: null,
      verdict: 'too-few-answers',
    });
  });

  it('refuses two scales', () => {
    expect(() => shareDifference(csatScore.compute({}), csatScore.compute({}, csatScale(7)))).toThrow(MixedScalesError);
  });

  it('refuses two definitions, and NPS', () => {
    expect(() => shareDifference(csatScore.compute({}), cesScore.compute({}))).toThrow(/one definition/);
    expect(() => shareDifference(nps(1, 1, 1), nps(1, 1, 1))).toThrow(/npsDifference/);
  });
});
