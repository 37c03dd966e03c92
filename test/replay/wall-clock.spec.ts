import { dayOf, endOfDay, isoOf, startOfDay, wallTime } from './wall-clock.js';

describe('wall time of the shop', () => {
  it('goes to an instant and back, in winter and in summer', () => {
    for (const [text, iso] of [
      ['2017-07-01 09:08:07', '2017-07-01T09:08:07-03:00'],
      ['2017-12-01 23:59:59', '2017-12-01T23:59:59-02:00'],
    ] as const) {
      const ms = wallTime(text) ?? 0;
      expect(isoOf(ms)).toBe(iso);
      expect(Date.parse(iso)).toBe(ms);
      expect(dayOf(ms)).toBe(text.slice(0, 10));
    }
  });

  it('knows days without a midnight and days with 25 hours', () => {
    // the clocks went from 00:00 to 01:00 on that day, and from 00:00 back to 23:00 at the end of the other
    expect(startOfDay('2017-10-15')).toBe('2017-10-15T01:00:00-02:00');
    expect(endOfDay('2018-02-17')).toBe('2018-02-17T23:59:59-03:00');
    expect(startOfDay('2018-02-17')).toBe('2018-02-17T00:00:00-02:00');
  });

  it('is null where a table has none', () => {
    expect(wallTime('')).toBeNull();
    expect(wallTime(undefined)).toBeNull();
  });
});
