import { EMPTY_CUSTOMER, type OrderFacts } from '../facts/facts.js';
import type { FactsSnapshot } from '../facts/view.js';
import { toInstant, toIso } from '../time/instant.js';
import type { DateTrigger, Schedule } from './document.js';
import { type NextOccasion, nextOccasion, nextScheduled } from './occasions.js';
import type { PlannedDate } from './plan.js';
import { aPlan, aSnapshot } from './testing.js';

const AFTER = '2026-05-04T10:00:00.000Z';

function born(birthday: string | undefined, timeZone: string | null = null): FactsSnapshot {
  const attributes: Record<string, string> = birthday === undefined ? {} : { birthday };
  return { ...aSnapshot(null), customer: { ...EMPTY_CUSTOMER, timeZone, attributes } };
}

function next(trigger: DateTrigger, snapshot: FactsSnapshot, after = AFTER): string {
  const plan = aPlan({ trigger });
  const found: NextOccasion = nextOccasion(plan, plan.calendar as PlannedDate, snapshot, toInstant(after));
  return typeof found === 'string' ? found : `${found.date} at ${toIso(found.dueAt)}`;
}

const BIRTHDAY: DateTrigger = { date: 'customer.attributes.birthday', every: 'year' };

describe('a birthday', () => {
  it('comes each year at nine on the shop’s wall', () => {
    expect(next(BIRTHDAY, born('1990-05-20'))).toBe('2026-05-20 at 2026-05-20T07:00:00.000Z');
    expect(next(BIRTHDAY, born('1990-05-20'), '2026-05-20T07:00:00.000Z')).toBe(
      '2027-05-20 at 2027-05-20T07:00:00.000Z',
    );
  });

  it('comes by the person’s own wall, and as long before as is wished', () => {
    const trigger = { ...BIRTHDAY, lead: 'P7D', at: '18:30' };
    expect(next(trigger, born('1990-05-20', 'America/New_York'))).toBe('2026-05-20 at 2026-05-13T22:30:00.000Z');
    expect(next(trigger, born('1990-05-20', 'Mars/Olympus'))).toBe('2026-05-20 at 2026-05-13T16:30:00.000Z');
  });

  it('is found over the turn of the year', () => {
    const trigger = { ...BIRTHDAY, lead: 'P7D' };
    expect(next(trigger, born('1990-01-03'))).toBe('2027-01-03 at 2026-12-27T08:00:00.000Z');
    expect(next(trigger, born('1990-01-03'), '2026-12-27T08:00:00.000Z')).toBe(
      '2028-01-03 at 2027-12-27T08:00:00.000Z',
    );
  });

  it.each(['1992-02-29', '02-29', '--02-29'])('of %s is on the 28th of February where there is no 29th', (birthday) => {
    expect(next(BIRTHDAY, born(birthday))).toBe('2027-02-28 at 2027-02-28T08:00:00.000Z');
    expect(next(BIRTHDAY, born(birthday), '2027-06-01T00:00:00Z')).toBe('2028-02-29 at 2028-02-29T08:00:00.000Z');
  });

  it('keeps its hour over a change of the clocks between the lead and the day', () => {
    expect(next({ ...BIRTHDAY, lead: 'P7D' }, born('1990-03-30'), '2026-01-01T00:00:00Z')).toBe(
      '2026-03-30 at 2026-03-23T08:00:00.000Z',
    );
  });

  it.each([undefined, '20/05/1990', '1990-13-01', ''])('that is told as %j is unknown', (birthday) => {
    expect(next(BIRTHDAY, born(birthday))).toBe('unknown');
  });

  it('begins a year after the date: an anniversary isn’t the day itself', () => {
    const first = { ...aSnapshot(null), customer: { ...EMPTY_CUSTOMER, firstSeenAt: '2026-05-04T22:30:00.000Z' } };
    expect(next({ date: 'customer.firstSeenAt', every: 'year' }, first)).toBe('2027-05-05 at 2027-05-05T07:00:00.000Z');
  });
});

describe('a date that comes once', () => {
  const promised = (promisedDate: string | null): FactsSnapshot => aSnapshot({ promisedDate } as Partial<OrderFacts>);
  const trigger: DateTrigger = { date: 'order.promisedDate', lead: 'P1D' };

  it('is an order’s where the order is named', () => {
    expect(aPlan({ trigger }).calendar).toMatchObject({ of: 'order', isYearly: false });
    expect(next(trigger, promised('2026-05-08'))).toBe('2026-05-08 at 2026-05-07T07:00:00.000Z');
  });

  it('is past once its moment is', () => {
    expect(next(trigger, promised('2026-05-05'))).toBe('past');
    expect(next(trigger, promised(null))).toBe('unknown');
  });
});

describe('nextScheduled', () => {
  const scheduled = (schedule: Schedule, after: string): string =>
    toIso(nextScheduled({ type: 'schedule', ...schedule }, 'Europe/Paris', toInstant(after)));

  it.each<[Schedule, string, string]>([
    [{ every: 'day', at: '09:00' }, AFTER, '2026-05-05T07:00:00.000Z'],
    [{ every: 'day', at: '13:00' }, AFTER, '2026-05-04T11:00:00.000Z'],
    [{ every: 'week', on: ['mon', 'thu'], at: '12:00' }, AFTER, '2026-05-07T10:00:00.000Z'],
    [{ every: 'week', on: ['mon'], at: '09:00' }, '2026-10-24T00:00:00Z', '2026-10-26T08:00:00.000Z'],
    [{ every: 'month', on: [1, 15], at: '09:00' }, AFTER, '2026-05-15T07:00:00.000Z'],
    [{ every: 'month', on: [31], at: '09:00' }, '2027-02-01T00:00:00Z', '2027-02-28T08:00:00.000Z'],
    [{ every: 'day', at: '02:30' }, '2026-03-28T12:00:00Z', '2026-03-29T01:30:00.000Z'],
  ])('of %j after %s is %s', (schedule, after, wanted) => {
    expect(scheduled(schedule, after)).toBe(wanted);
  });
});
