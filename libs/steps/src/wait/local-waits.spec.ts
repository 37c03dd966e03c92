import { nextOpening, toInstant, toIso } from '#app/domain';
import fc from 'fast-check';
import { afterBusinessDays } from './business-days.js';
import { aContext, parsed } from '../testing.js';
import { waitStep } from './wait.step.js';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Among them zones that change at midnight (Cairo, Beirut, Havana, Santiago), by half an hour (Lord Howe), or at odd offsets. */
const ZONES = [
  'Europe/Paris',
  'Europe/London',
  'Europe/Lisbon',
  'Europe/Athens',
  'America/New_York',
  'America/Chicago',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Santiago',
  'America/Havana',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Beirut',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Pacific/Apia',
  'UTC',
];
const TWO_YEARS = { min: toInstant('2026-01-01T00:00:00Z'), max: toInstant('2027-12-31T23:59:59Z') };
const MINUTE = 60_000;

/** The wall clock as the platform's own calendar shows it, which shares no code with what is tested. */
const clocks = new Map(
  ZONES.map((zone) => [
    zone,
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    }),
  ]),
);
function wall(at: number, zone: string): { readonly day: string; readonly time: string; readonly date: string } {
  const parts = Object.fromEntries(
    (clocks.get(zone) as Intl.DateTimeFormat).formatToParts(at).map(({ type, value }) => [type, value]),
  );
  return {
    day: String(parts['weekday']).toLowerCase(),
    time: `${parts['hour']}:${parts['minute']}`,
    date: `${parts['year']}-${parts['month']}-${parts['day']}`,
  };
}

interface Window {
  readonly from: string;
  readonly to: string;
  readonly days?: (typeof DAYS)[number][];
}
function isInside(at: number, { from, to, days }: Window, zone: string): boolean {
  const { day, time } = wall(at, zone);
  const on = (name: string | undefined): boolean => days === undefined || days.includes(name as (typeof DAYS)[number]);
  const dayBefore = DAYS[(DAYS.indexOf(day as (typeof DAYS)[number]) + 6) % 7];
  if (from < to) return time >= from && time < to && on(day);
  return (time >= from && on(day)) || (time < to && on(dayBefore));
}

const zone = fc.constantFrom(...ZONES);
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '10', '30', '45'))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`);
const window: fc.Arbitrary<Window> = fc
  .tuple(time, time, fc.option(fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1 }), { nil: undefined }))
  .filter(([from, to]) => from !== to)
  .map(([from, to, days]) => ({ from, to, ...(days === undefined ? {} : { days }) }));

/** Instants around which the clocks of the zone change, found by asking every hour. */
const changes = new Map(
  ZONES.map((name) => {
    const found: number[] = [];
    const hour = 60 * MINUTE;
    const show = clocks.get(name) as Intl.DateTimeFormat;
    for (let at = TWO_YEARS.min; at < TWO_YEARS.max; at += 24 * hour) {
      if (show.format(at).slice(-5) === show.format(at + 24 * hour).slice(-5)) continue;
      for (let within = at; within < at + 24 * hour; within += hour) found.push(within);
    }
    return [name, found];
  }),
);
const isNearChange = (at: number, name: string): boolean =>
  (changes.get(name) ?? []).some((change) => Math.abs(change - at) < 48 * 60 * MINUTE);
/** Any instant; every other time one near a change of the clocks. */
const moment = (name: string): fc.Arbitrary<number> => {
  const near = changes.get(name) ?? [];
  const any = fc.integer(TWO_YEARS);
  if (near.length === 0) return any;
  return fc.oneof(
    any,
    fc
      .tuple(fc.constantFrom(...near), fc.integer({ min: -2000, max: 2000 }))
      .map(([at, minutes]) => at + minutes * MINUTE),
  );
};
const place = zone.chain((name) => fc.tuple(fc.constant(name), moment(name)));

describe('a wait for a window', () => {
  it('ends within the window, in 22 zones over two years', () => {
    fc.assert(
      fc.property(place, window, ([name, at], open) => {
        const until = nextOpening(at, open, name);
        expect([until >= at, isInside(until, open, name)]).toEqual([true, true]);
      }),
      { numRuns: 4_000 },
    );
  });

  it('takes no longer than it must: the window is shut all the while', () => {
    const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
      minLength: 20,
      maxLength: 20,
    });
    fc.assert(
      fc.property(place, window, fractions, ([name, at], open, parts) => {
        const until = nextOpening(at, open, name);
        const early = parts
          .map((part) => Math.floor(at + (until - at) * part))
          .filter((sample) => sample < until && isInside(sample, open, name) && !isNearChange(sample, name));
        expect(early).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a wait for working days', () => {
  it('ends on a working day at the same time of day, in 22 zones over two years', () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 12 }), ([name, at], count) => {
        const holidays = ['2026-12-25', '2027-01-01', '2027-03-29'];
        const until = afterBusinessDays(at, count, { days: ['mon', 'tue', 'wed', 'thu', 'fri'], holidays }, name);
        const { day, date, time: then } = wall(until, name);
        expect(['sat', 'sun', ...holidays]).not.toContain(day);
        expect(holidays).not.toContain(date);
        expect(until).toBeGreaterThan(at);
        // a time that the clocks skip on that day comes after the gap
        expect(then === wall(at, name).time || isNearChange(until, name)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('on days of 23 and of 25 hours', () => {
  const wait = (settings: object, at: string, name: string): string => {
    const decision = waitStep.enter(
      parsed(waitStep, settings),
      aContext(at, { due: at.slice(0, 10) }, { zone: name, shopZone: name }),
    );
    return decision.type === 'wait' && decision.until !== null ? toIso(decision.until).slice(0, 16) : decision.type;
  };

  // each row: the evening before, noon of the day after by days, by hours, by working days, and the window that opens at nine
  it.each([
    ['Europe/Paris', '2026-03-28T11:00:00Z', '2026-03-29T10:00', '2026-03-29T11:00', '2026-03-29T07:00'],
    ['Europe/Paris', '2026-10-24T10:00:00Z', '2026-10-25T11:00', '2026-10-25T10:00', '2026-10-25T08:00'],
    ['America/New_York', '2026-03-07T17:00:00Z', '2026-03-08T16:00', '2026-03-08T17:00', '2026-03-08T13:00'],
    ['America/New_York', '2026-10-31T16:00:00Z', '2026-11-01T17:00', '2026-11-01T16:00', '2026-11-01T14:00'],
    ['Australia/Sydney', '2026-10-03T02:00:00Z', '2026-10-04T01:00', '2026-10-04T02:00', '2026-10-03T22:00'],
    ['Australia/Sydney', '2026-04-04T01:00:00Z', '2026-04-05T02:00', '2026-04-05T01:00', '2026-04-04T23:00'],
    ['America/Santiago', '2026-09-05T16:00:00Z', '2026-09-06T15:00', '2026-09-06T16:00', '2026-09-06T12:00'],
    ['America/Santiago', '2026-04-04T15:00:00Z', '2026-04-05T16:00', '2026-04-05T15:00', '2026-04-05T13:00'],
  ])('%s from %s: a day ends %s, 24 hours %s, a morning opens %s', (name, noon, day, hours, morning) => {
    expect(wait({ for: 'P1D' }, noon, name)).toBe(day);
    expect(wait({ for: 'PT24H' }, noon, name)).toBe(hours);
    expect(wait({ businessDays: 1, workdays: [...DAYS] }, noon, name)).toBe(day);
    expect(wait({ window: { from: '09:00', to: '11:00' } }, noon, name)).toBe(morning);
  });

  it.each([
    ['Europe/Paris', '2026-03-29T00:30:00Z', '2026-03-29T22:00'],
    ['Europe/Paris', '2026-10-25T00:30:00Z', '2026-10-25T23:00'],
    ['America/New_York', '2026-03-08T12:00:00Z', '2026-03-09T04:00'],
    ['America/New_York', '2026-11-01T12:00:00Z', '2026-11-02T05:00'],
    ['Asia/Beirut', '2026-03-29T12:00:00Z', '2026-03-29T21:00'],
    ['Asia/Beirut', '2026-10-25T12:00:00Z', '2026-10-25T22:00'],
  ])('%s at %s: the day ends at %s', (name, at, end) => {
    expect(wait({ until: 'due', at: 'end-of-day' }, at, name)).toBe(end);
  });

  it.each([
    // 02:30 occurs twice: the window is open both times, and shut between
    ['2026-10-25T00:40:00Z', 'continue'],
    ['2026-10-25T01:10:00Z', '2026-10-25T01:30'],
    ['2026-10-25T01:40:00Z', 'continue'],
    ['2026-10-25T01:50:00Z', '2026-10-26T01:30'],
  ])('Europe/Paris at %s, the window from 02:30 to 02:50 gives %s', (at, outcome) => {
    expect(wait({ window: { from: '02:30', to: '02:50' } }, at, 'Europe/Paris')).toBe(outcome);
  });

  it('waits for the next day on which the hour exists', () => {
    expect(
      wait({ window: { from: '02:00', to: '03:00', days: ['sun'] } }, '2026-03-24T10:00:00Z', 'Europe/Paris'),
    ).toBe('2026-04-05T00:00');
    expect(wait({ window: { from: '01:00', to: '02:30' } }, '2026-03-29T01:10:00Z', 'Europe/Paris')).toBe(
      '2026-03-29T23:00',
    );
  });
});
