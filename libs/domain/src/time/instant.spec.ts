import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DateTime, Duration } from 'luxon';
import {
  addDuration,
  endOfDay,
  isDuration,
  isIsoDate,
  isTimeZone,
  localDate,
  startOfDay,
  toInstant,
  toIso,
} from './instant.js';

const at = (text: string): number => toInstant(text);

describe('toInstant and toIso', () => {
  it('read a time with an offset and write it in UTC', () => {
    expect(toIso(at('2026-03-02T10:00:00+01:00'))).toBe('2026-03-02T09:00:00.000Z');
  });

  it('take a time without an offset as UTC', () => {
    expect(toIso(at('2026-03-02T10:00:00'))).toBe('2026-03-02T10:00:00.000Z');
  });

  it('give back every instant', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (ms) => expect(at(toIso(ms))).toBe(ms)));
  });

  it('agree with the calendar from the year 1 to the year 9999', () => {
    const limits = { min: Date.parse('0001-01-01T00:00:00.000Z'), max: Date.parse('9999-12-31T23:59:59.999Z') };
    fc.assert(
      fc.property(fc.integer(limits), (ms) => {
        expect(toIso(ms)).toBe(new Date(ms).toISOString());
        expect(at(new Date(ms).toISOString())).toBe(ms);
      }),
      { numRuns: 1_000, examples: [[limits.min], [limits.max], [0], [-1]] },
    );
  });

  it.each(['2000-02-29', '2024-02-29', '1900-03-01', '2100-02-28', '1969-12-31'])('know the day %s', (day) => {
    expect(toIso(at(`${day}T23:59:59.999Z`))).toBe(`${day}T23:59:59.999Z`);
    expect(at(`${day}T23:59:59.999Z`)).toBe(Date.parse(`${day}T23:59:59.999Z`));
  });

  it('write texts that compare like times', () => {
    const ms = fc.integer({ min: 0, max: 4_102_444_800_000 });
    fc.assert(fc.property(ms, ms, (a, b) => expect(toIso(a) < toIso(b)).toBe(a < b)));
  });

  it.each([
    '',
    'yesterday',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2023-02-29T00:00:00.000Z',
    '2023-00-10T00:00:00.000Z',
  ])('refuse "%s"', (text) => {
    expect(() => at(text)).toThrow('ISO 8601');
  });
});

describe('addDuration', () => {
  it('agrees with the calendar of luxon, changes of the clock included', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Paris', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Africa/Cairo');
    const length = fc.constantFrom('P1D', 'P14D', 'P2W', 'P1DT36H', 'PT90M', 'P1.5D', 'P1M', 'P1Y2M10DT2H', '-P3D');
    const moment = fc.integer({ min: at('2017-01-01T00:00:00Z'), max: at('2018-12-31T00:00:00Z') });
    fc.assert(
      fc.property(moment, length, zone, (from, duration, name) => {
        const expected = DateTime.fromMillis(from, { zone: name }).plus(Duration.fromISO(duration)).toMillis();
        expect(addDuration(from, duration, name)).toEqual(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  it('keeps the wall clock over days and elapsed time over hours when clocks change', () => {
    const noonBefore = at('2026-03-28T12:00:00+01:00');
    expect(toIso(addDuration(noonBefore, 'P1D', 'Europe/Paris'))).toBe('2026-03-29T10:00:00.000Z');
    expect(toIso(addDuration(noonBefore, 'PT24H', 'Europe/Paris'))).toBe('2026-03-29T11:00:00.000Z');
  });

  it('ends a month at its last day', () => {
    expect(toIso(addDuration(at('2026-01-31T09:00:00Z'), 'P1M', 'UTC'))).toBe('2026-02-28T09:00:00.000Z');
  });

  it('refuses what is no duration', () => {
    expect(() => addDuration(0, '3 days', 'UTC')).toThrow('ISO 8601 duration');
  });
});

describe('days', () => {
  it('begin and end at midnight on the wall of the zone', () => {
    expect(toIso(startOfDay('2026-03-29', 'Europe/Paris'))).toBe('2026-03-28T23:00:00.000Z');
    expect(toIso(endOfDay('2026-03-29', 'Europe/Paris'))).toBe('2026-03-29T22:00:00.000Z');
  });

  it('are named by the zone', () => {
    expect(localDate(at('2026-03-02T23:30:00Z'), 'Asia/Tokyo')).toBe('2026-03-03');
    expect(localDate(at('2026-03-02T23:30:00Z'), 'America/New_York')).toBe('2026-03-02');
  });
});

describe('checks', () => {
  it('tell dates, zones and durations from other texts', () => {
    expect(['2026-02-28', '2026-02-30', '2026-2-28'].map(isIsoDate)).toEqual([true, false, false]);
    expect(['Europe/Paris', 'UTC', 'Mars/Olympus'].map(isTimeZone)).toEqual([true, true, false]);
    expect(['PT72H', 'P3D', 'P1M', 'P-3D', '72h'].map(isDuration)).toEqual([true, true, true, false, false]);
  });
});
