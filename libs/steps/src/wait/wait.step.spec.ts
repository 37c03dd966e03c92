import { PermanentError, toInstant, toIso } from '#app/domain';
import { aContext, anEvent, parsed, refusal } from '../testing.js';
import { waitStep } from './wait.step.js';

const enter = (settings: unknown, context = aContext('2026-05-04T10:00:00Z')) => {
  const decision = waitStep.enter(parsed(waitStep, settings), context);
  if (decision.type !== 'wait') return decision.type;
  return decision.until === null ? 'forever' : toIso(decision.until);
};

describe('wait for', () => {
  it.each([
    ['PT36H', '2026-05-05T22:00:00.000Z'],
    ['P1D', '2026-05-05T10:00:00.000Z'],
    ['PT0S', 'continue'],
  ])('%s after the time reached waits until %s', (duration, until) => {
    expect(enter({ for: duration })).toBe(until);
  });

  it('keeps the time of day over a clock change with days, and elapsed time with hours', () => {
    const context = aContext('2026-03-28T09:00:00Z');
    expect(enter({ for: 'P1D' }, context)).toBe('2026-03-29T08:00:00.000Z');
    expect(enter({ for: 'PT24H' }, context)).toBe('2026-03-29T09:00:00.000Z');
  });

  it('breaks loops, unless it takes no time', () => {
    expect(waitStep.alwaysWaits?.(parsed(waitStep, { for: 'PT1H' }))).toBe(true);
    expect(waitStep.alwaysWaits?.(parsed(waitStep, { for: 'PT0S' }))).toBe(false);
    expect(waitStep.alwaysWaits?.(parsed(waitStep, { window: null }))).toBe(false);
  });
});

describe('wait for working days', () => {
  it.each([
    // Monday noon in Paris
    ['2026-05-04T10:00:00Z', { businessDays: 3 }, '2026-05-07T10:00:00.000Z'],
    ['2026-05-08T10:00:00Z', { businessDays: 1 }, '2026-05-11T10:00:00.000Z'],
    ['2026-05-09T10:00:00Z', { businessDays: 1 }, '2026-05-11T10:00:00.000Z'],
    ['2026-12-23T11:00:00Z', { businessDays: 3, holidays: ['2026-12-25', '2027-01-01'] }, '2026-12-29T11:00:00.000Z'],
    ['2026-05-07T10:00:00Z', { businessDays: 1, workdays: ['sun', 'mon'] }, '2026-05-10T10:00:00.000Z'],
    ['2026-05-04T10:00:00Z', { businessDays: 0 }, 'continue'],
    // over the night in which Paris loses an hour
    ['2026-03-27T11:00:00Z', { businessDays: 1 }, '2026-03-30T10:00:00.000Z'],
  ])('from %s, %j waits until %s', (at, settings, until) => {
    expect(enter(settings, aContext(at))).toBe(until);
  });

  it('counts the days of the shop, or of the customer', () => {
    // still Sunday in New York, Monday in Paris
    const newYork = { zone: 'America/New_York' };
    expect(enter({ businessDays: 1 }, aContext('2026-05-04T02:00:00Z', {}, newYork))).toBe('2026-05-05T02:00:00.000Z');
    expect(enter({ businessDays: 1, zone: 'customer' }, aContext('2026-05-04T02:00:00Z', {}, newYork))).toBe(
      '2026-05-05T02:00:00.000Z',
    );
    expect(enter({ businessDays: 5, zone: 'customer' }, aContext('2026-05-04T02:00:00Z', {}, newYork))).toBe(
      '2026-05-09T02:00:00.000Z',
    );
    expect(enter({ businessDays: 5 }, aContext('2026-05-04T02:00:00Z', {}, newYork))).toBe('2026-05-11T02:00:00.000Z');
  });

  it('breaks loops, unless there are none to wait for', () => {
    expect(waitStep.alwaysWaits?.(parsed(waitStep, { businessDays: 1 }))).toBe(true);
    expect(waitStep.alwaysWaits?.(parsed(waitStep, { businessDays: 0 }))).toBe(false);
  });

  it.each([
    [{ businessDays: -1 }, '0 or more'],
    [{ businessDays: 1.5 }, 'whole number'],
    [{ businessDays: 251 }, 'At most 250'],
    [{ businessDays: 1, holidays: ['25 December'] }, 'Write a date'],
  ])('refuses %j', (settings, sentence) => {
    expect(refusal(waitStep, settings)).toContain(sentence);
  });
});

describe('wait until', () => {
  const promised = { until: 'order.promisedDate', at: 'end-of-day', zone: 'shop' };
  const saoPaulo = { shopZone: 'America/Sao_Paulo' };

  it.each([
    [promised, '2026-05-06T03:00:00.000Z'],
    [{ until: 'order.promisedDate' }, '2026-05-05T03:00:00.000Z'],
    [{ until: 'order.promisedDate', at: '18:30' }, '2026-05-05T21:30:00.000Z'],
    [{ ...promised, zone: 'customer' }, '2026-05-05T22:00:00.000Z'],
    [{ ...promised, offset: '-P1D' }, '2026-05-05T03:00:00.000Z'],
    [{ ...promised, offset: 'PT2H' }, '2026-05-06T05:00:00.000Z'],
  ])('%j waits until %s', (settings, until) => {
    expect(enter(settings, aContext('2026-05-04T10:00:00Z', { 'order.promisedDate': '2026-05-05' }, saoPaulo))).toBe(
      until,
    );
  });

  it('takes a time as it is, or its day', () => {
    const context = aContext('2026-05-04T10:00:00Z', { at: '2026-05-06T23:30:00Z' });
    expect(enter({ until: 'at' }, context)).toBe('2026-05-06T23:30:00.000Z');
    expect(enter({ until: 'at', at: 'start-of-day' }, context)).toBe('2026-05-06T22:00:00.000Z');
  });

  it('passes when the moment is over', () => {
    expect(enter(promised, aContext('2026-05-07T10:00:00Z', { 'order.promisedDate': '2026-05-05' }))).toBe('continue');
  });

  it.each([
    ['wait', 'forever'],
    ['pass', 'continue'],
    ['end', 'end'],
  ])('while the fact is unknown, %s gives %s', (otherwise, outcome) => {
    expect(enter({ ...promised, otherwise }, aContext('2026-05-04T10:00:00Z', { 'order.promisedDate': null }))).toBe(
      outcome,
    );
  });

  it('takes a fact that cannot be reached for unknown', () => {
    const evaluate = (): never => {
      throw new PermanentError('expression.failed', 'no such key');
    };
    expect(enter(promised, aContext('2026-05-04T10:00:00Z', {}, { evaluate }))).toBe('forever');
  });

  it('refuses a fact that is no date', () => {
    expect(() => enter(promised, aContext('2026-05-04T10:00:00Z', { 'order.promisedDate': 'soon' }))).toThrow(
      /neither a date nor a time/,
    );
  });

  it('moves with the fact', () => {
    const context = aContext('2026-05-04T10:00:00Z', { 'order.promisedDate': '2026-05-09' }, saoPaulo);
    const decision = waitStep.onEvent?.(parsed(waitStep, promised), context, anEvent('order.updated'), null);
    expect(decision).toMatchObject({ type: 'wait', until: toInstant('2026-05-10T03:00:00Z') });
  });
});

describe('wait for a window', () => {
  const window = { from: '09:00', to: '19:00' };

  it.each([
    ['2026-05-04T10:00:00Z', window, 'continue'],
    ['2026-05-04T06:59:00Z', window, '2026-05-04T07:00:00.000Z'],
    ['2026-05-04T17:00:00Z', window, '2026-05-05T07:00:00.000Z'],
    ['2026-05-08T17:00:00Z', { ...window, days: ['mon', 'tue'] }, '2026-05-11T07:00:00.000Z'],
    ['2026-05-04T23:30:00Z', { from: '22:00', to: '06:00' }, 'continue'],
    ['2026-05-04T10:00:00Z', { from: '22:00', to: '06:00' }, '2026-05-04T20:00:00.000Z'],
    ['2026-05-04T22:30:00Z', { from: '22:00', to: '06:00', days: ['mon'] }, 'continue'],
    ['2026-03-28T20:00:00Z', { from: '02:30', to: '04:00' }, '2026-03-29T01:30:00.000Z'],
    ['2026-03-28T20:00:00Z', { from: '02:00', to: '03:00' }, '2026-03-30T00:00:00.000Z'],
    ['2026-10-25T00:40:00Z', { from: '02:30', to: '05:00' }, 'continue'],
  ])('at %s, %j gives %s', (at, open, outcome) => {
    expect(enter({ window: open }, aContext(at))).toBe(outcome);
  });

  it('is no wait when it is null', () => {
    expect(enter({ window: null })).toBe('continue');
  });

  it('lets events pass', () => {
    expect(
      waitStep.onEvent?.(parsed(waitStep, { window }), aContext('2026-05-04T10:00:00Z'), anEvent('order.paid'), null),
    ).toBeUndefined();
  });
});

describe('settings of wait', () => {
  it.each([
    [{ for: '3 days' }, 'ISO 8601 duration'],
    [{ window: { from: '9', to: '19:00' } }, 'time of day'],
    [{ window: { from: '09:00', to: '09:00' } }, 'must differ'],
    [{ until: 'order.promisedDate', at: 'noon' }, 'start-of-day'],
    [{}, 'Write one of for, businessDays, until or window'],
  ])('refuse %j', (settings, sentence) => {
    expect(refusal(waitStep, settings)).toContain(sentence);
  });
});
