import fc from 'fast-check';
import { toInstant, toIso } from './instant.js';
import { nextCommonOpening, nextOpening } from './window.js';

const DAY = { from: '08:00', to: '21:00' };
const at = (text: string): number => toInstant(`${text}Z`);
const ZONES = [
  'America/New_York',
  'America/Los_Angeles',
  'Pacific/Honolulu',
  'Europe/London',
  'Asia/Kolkata',
  'Australia/Sydney',
];

describe('a window that is open in several zones', () => {
  it('opens when it does so in the last of them', () => {
    const states = ['America/New_York', 'America/Los_Angeles', 'Pacific/Honolulu'] as const;
    expect(toIso(nextCommonOpening(at('2026-07-01T12:00:00'), DAY, states))).toBe('2026-07-01T18:00:00.000Z');
    expect(toIso(nextCommonOpening(at('2026-07-01T20:00:00'), DAY, states))).toBe('2026-07-01T20:00:00.000Z');
    // nine in the evening in New York
    expect(toIso(nextCommonOpening(at('2026-07-02T01:00:00'), DAY, states))).toBe('2026-07-02T18:00:00.000Z');
  });

  it('is that of the first one where they have no hour in common', () => {
    const noon = { from: '12:00', to: '13:00' };
    expect(toIso(nextCommonOpening(at('2026-07-01T00:00:00'), noon, ['Europe/London', 'Asia/Kolkata']))).toBe(
      '2026-07-01T11:00:00.000Z',
    );
  });

  it('is open in each of them and no sooner than in any', () => {
    const zones = fc.subarray(ZONES, { minLength: 1 });
    const moment = fc.integer({ min: at('2026-01-01T00:00:00'), max: at('2027-01-01T00:00:00') });
    fc.assert(
      fc.property(zones, moment, ([first, ...others], now) => {
        const all = [first ?? 'UTC', ...others] as const;
        const opening = nextCommonOpening(now, DAY, all);
        const isOpenInAll = all.every((zone) => nextOpening(opening, DAY, zone) === opening);
        // thirteen hours of days that are sixteen hours apart may have none in common
        expect(isOpenInAll || opening === nextOpening(now, DAY, all[0])).toBe(true);
        for (const zone of isOpenInAll ? all : [all[0]])
          expect(opening).toBeGreaterThanOrEqual(nextOpening(now, DAY, zone));
      }),
    );
  });
});
