import { PermanentError, type StepContext } from '#app/domain';
import { aContext, parsed, refusal } from '../testing.js';
import { promiseStep } from './promise.step.js';

const auckland: Partial<StepContext> = { shopZone: 'Pacific/Auckland' };
function enter(settings: object, facts: Readonly<Record<string, unknown>> = {}, extra = auckland) {
  return promiseStep.enter(
    parsed(promiseStep, { what: 'delivery', ...settings }),
    aContext('2026-05-01T20:00:00Z', facts, extra),
  );
}

describe('promise', () => {
  it.each([
    [{ due: 'date' }, { date: '2026-05-09' }, '2026-05-09'],
    [{ due: 'date' }, { date: '2026-05-09T18:00:00Z' }, '2026-05-10'],
    // 20:00 UTC on Friday is Saturday morning in Auckland
    [{ in: 'P3D' }, {}, '2026-05-05'],
    [{ in: 'PT20H' }, {}, '2026-05-03'],
    [{ businessDays: 1 }, {}, '2026-05-04'],
    [{ businessDays: 2, holidays: ['2026-05-04'] }, {}, '2026-05-06'],
    [{ businessDays: 1, workdays: ['sat', 'sun'] }, {}, '2026-05-03'],
  ])('%j of %j is due on %s', (settings, facts, due) => {
    expect(enter(settings, facts)).toEqual({ type: 'continue', acts: [{ type: 'promise', what: 'delivery', due }] });
  });

  it.each([['soon'], [12], [['2026-05-09']]])('makes no promise of %j', (date) => {
    expect(enter({ due: 'date' }, { date })).toMatchObject({ type: 'continue', note: { skipped: 'unsuitable' } });
  });

  it('makes no promise while the date is unknown', () => {
    const evaluate = (): never => {
      throw new PermanentError('expression.failed', 'no such key');
    };
    expect(enter({ due: 'date' }, { date: null })).toHaveProperty('note.skipped', 'unknown');
    expect(enter({ due: 'date' }, {}, { evaluate })).toHaveProperty('note.skipped', 'unknown');
  });

  it('shows the compiler its expression, when it has one', () => {
    expect(promiseStep.expressions?.(parsed(promiseStep, { what: 'x', due: 'date' }))).toHaveLength(1);
    expect(promiseStep.expressions?.(parsed(promiseStep, { what: 'x', in: 'P1D' }))).toEqual([]);
  });

  it.each([
    [{ what: 'x' }, 'Write one of due, in or businessDays'],
    [{ what: 'x', in: '3 days' }, 'ISO 8601 duration'],
    [{ what: 'x', businessDays: 1.5 }, 'whole number'],
    [{ what: 'x', businessDays: 1, holidays: ['2026-02-30'] }, 'Write a date'],
    [{ what: 'x', businessDays: 1, workdays: [] }, 'at least one working day'],
  ])('refuses %j', (settings, sentence) => {
    expect(refusal(promiseStep, settings)).toContain(sentence);
  });
});
