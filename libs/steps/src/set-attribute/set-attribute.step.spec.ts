import { PermanentError } from '#app/domain';
import { aContext, parsed, refusal } from '../testing.js';
import { setAttributeStep } from './set-attribute.step.js';

const at = '2026-05-04T10:00:00Z';
const enter = (settings: unknown, facts: Readonly<Record<string, unknown>> = {}) =>
  setAttributeStep.enter(parsed(setAttributeStep, settings), aContext(at, facts));

describe('set-attribute', () => {
  it.each([['knives'], [3], [true], [null]])('sets the value %j', (value) => {
    expect(enter({ attribute: 'favourite', value })).toEqual({
      type: 'continue',
      acts: [{ type: 'set', attribute: 'favourite', value }],
    });
  });

  it('sets what an expression gives', () => {
    expect(enter({ attribute: 'total', from: 'sum' }, { sum: 12.5 })).toHaveProperty('acts', [
      { type: 'set', attribute: 'total', value: 12.5 },
    ]);
    expect(setAttributeStep.expressions?.(parsed(setAttributeStep, { attribute: 'total', from: 'sum' }))).toEqual([
      { place: 'from', source: 'sum', expects: 'any' },
    ]);
  });

  it('leaves the attribute as it is while the expression has no value', () => {
    const evaluate = (): never => {
      throw new PermanentError('expression.failed', 'no such key');
    };
    const settings = parsed(setAttributeStep, { attribute: 'total', from: 'sum' });
    expect(setAttributeStep.enter(settings, aContext(at, {}, { evaluate }))).toEqual({
      type: 'continue',
      note: { skipped: 'unknown', problem: 'no such key' },
    });
  });

  it.each([[[1, 2]], [{ a: 1 }], ['x'.repeat(501)]])('sets no value such as %j', (value) => {
    const decision = enter({ attribute: 'total', from: 'sum' }, { sum: value });
    expect(decision).toMatchObject({ type: 'continue', note: { skipped: 'unsuitable' } });
    expect(decision).not.toHaveProperty('acts');
  });

  it.each([
    [{ attribute: 'total' }, 'Write one of value or from'],
    [{ attribute: 'a b', value: 1 }, 'letters, digits and underscores'],
    [{ attribute: '__proto__', value: 1 }, 'letters, digits and underscores'],
    [{ attribute: 'constructor', value: 1 }, 'reserved'],
    [{ attribute: 'total', value: [1] }, 'a number, true, false or null'],
  ])('refuses %j', (settings, sentence) => {
    expect(refusal(setAttributeStep, settings)).toContain(sentence);
  });
});
