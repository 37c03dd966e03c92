import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { localDate, wallClock } from './instant.js';
import { localTimes } from './local-time.js';

const ZONES = [
  'America/Sao_Paulo',
  'Europe/Berlin',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'UTC',
];
const zones = fc.constantFrom(...ZONES);
const instants = fc.integer({ min: Date.parse('1972-02-01'), max: Date.parse('2040-01-01') });
/** Days on which clocks change: fewer than one in a hundred otherwise. */
const CHANGES = ['2018-02-17', '2018-02-18', '2018-11-04', '2026-03-29', '2026-10-25', '2026-03-15', '2026-04-05'];

describe('local time', () => {
  it('is what the calendar of luxon says', () => {
    fc.assert(
      fc.property(instants, zones, (at, zone) => {
        const told = DateTime.fromMillis(at, { zone });
        expect(wallClock(at, zone)).toBe(at + told.offset * 60_000);
        expect(localDate(at, zone)).toBe(told.toFormat('yyyy-MM-dd'));
      }),
      { numRuns: 500 },
    );
  });

  it('comes once a day, but on days on which the clocks change', () => {
    const days = fc.oneof(
      fc.constantFrom(...CHANGES),
      instants.map((at) => localDate(at, 'UTC')),
    );
    const times = fc.tuple(fc.nat(23), fc.nat(59)).map((parts) => parts.map((part) => String(part).padStart(2, '0')));
    fc.assert(
      fc.property(days, times, zones, (day, [hour = '', minute = ''], zone) => {
        const told = DateTime.fromISO(`${day}T${hour}:${minute}`, { zone }).getPossibleOffsets();
        const expected = told.map((moment) => moment.toMillis()).toSorted((a, b) => a - b);
        expect(localTimes(day, `${hour}:${minute}`, zone)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});
