import { dailyLimit } from './provider-account.js';

const warmUp = { from: '2026-03-01', first: 50, factor: 1.5 };

describe('what an account may be given on a day', () => {
  it.each([
    ['2026-02-28T23:59:59Z', 0],
    ['2026-03-01T00:00:00Z', 50],
    ['2026-03-01T23:59:59Z', 50],
    ['2026-03-02T00:00:00Z', 75],
    ['2026-03-03T12:00:00Z', 112],
    ['2026-03-20T12:00:00Z', 10_000],
    ['2036-03-01T12:00:00Z', 10_000],
  ])('while it warms up to 10,000 a day, at %s, is %s', (now, most) => {
    expect(dailyLimit({ perSecond: null, perDay: 10_000, warmUp }, Date.parse(now))).toBe(most);
  });

  it('is its quota without warming up, and anything without either', () => {
    const now = Date.parse('2026-03-03T12:00:00Z');
    expect(dailyLimit({ perSecond: 5, perDay: 500, warmUp: null }, now)).toBe(500);
    expect(dailyLimit({ perSecond: 5, perDay: null, warmUp: null }, now)).toBeNull();
    expect(dailyLimit({ perSecond: 5, perDay: null, warmUp }, Date.parse('2056-03-03T12:00:00Z'))).toBeNull();
  });
});
