import fc from 'fast-check';
import { businessDaysLater, WEEKDAYS } from './business-days.js';
import { toInstant, toIso } from './instant.js';

const WEEK = { days: WEEKDAYS.slice(0, 5), holidays: [] };

describe('businessDaysLater', () => {
  it.each([
    ['2026-05-04', 1, '2026-05-05'],
    ['2026-05-08', 1, '2026-05-11'],
    ['2026-05-09', 1, '2026-05-11'],
    ['2026-05-04', 5, '2026-05-11'],
    ['2026-05-09', 0, '2026-05-09'],
    ['2026-12-31', 1, '2027-01-01'],
  ])('of %s, %i on, is %s', (date, count, later) => {
    expect(businessDaysLater(date, count, WEEK)).toBe(later);
  });

  it('counts no holiday, and only the days that are named', () => {
    expect(businessDaysLater('2026-12-24', 1, { ...WEEK, holidays: ['2026-12-25'] })).toBe('2026-12-28');
    expect(businessDaysLater('2026-05-04', 2, { days: ['sun'], holidays: ['2026-05-10'] })).toBe('2026-05-24');
  });

  it('adds up: so many days and then some more are all of them', () => {
    const day = fc.integer({ min: 0, max: 20_000 }).map((days) => toIso(days * 86_400_000).slice(0, 10));
    const count = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(day, count, count, (date, first, second) => {
        const all = businessDaysLater(date, first + second, WEEK);
        expect(businessDaysLater(businessDaysLater(date, first, WEEK), second, WEEK)).toBe(all);
        expect(toInstant(`${all}T00:00:00Z`)).toBeGreaterThanOrEqual(toInstant(`${date}T00:00:00Z`));
      }),
    );
  });

  it('refuses a week without a working day', () => {
    expect(() => businessDaysLater('2026-05-04', 1, { days: [], holidays: [] })).toThrow('without a working day');
  });
});
