import { PermanentError } from '#app/domain';
import { aContext, parsed, refusal } from '../testing.js';
import { awardPointsStep } from './award-points.step.js';

const at = '2026-05-04T10:00:00Z';
const enter = (points: unknown, facts: Readonly<Record<string, unknown>> = {}) =>
  awardPointsStep.enter(parsed(awardPointsStep, { points, reason: 'first order' }), aContext(at, facts));

describe('award-points', () => {
  it.each([
    [50, {}, 50],
    ['sum', { sum: 120 }, 120],
    ['sum', { sum: 12.9 }, 12],
  ])('awards %j of %j', (points, facts, awarded) => {
    expect(enter(points, facts)).toEqual({
      type: 'continue',
      acts: [{ type: 'award', points: awarded, reason: 'first order' }],
    });
  });

  it.each([[0.9], [0], [-5], [1_000_001], [Number.NaN], ['12'], [null], [[3]]])('awards nothing for %j', (sum) => {
    expect(enter('sum', { sum })).toMatchObject({ type: 'continue', note: { skipped: 'unsuitable' } });
    expect(enter('sum', { sum })).not.toHaveProperty('acts');
  });

  it('awards nothing while a fact is missing', () => {
    const evaluate = (): never => {
      throw new PermanentError('expression.failed', 'no such key');
    };
    const settings = parsed(awardPointsStep, { points: 'sum', reason: 'x' });
    expect(awardPointsStep.enter(settings, aContext(at, {}, { evaluate }))).toHaveProperty('note.skipped', 'unknown');
  });

  it('shows the compiler its expression, when it has one', () => {
    expect(awardPointsStep.expressions?.(parsed(awardPointsStep, { points: 'sum', reason: 'x' }))).toHaveLength(1);
    expect(awardPointsStep.expressions?.(parsed(awardPointsStep, { points: 5, reason: 'x' }))).toEqual([]);
  });

  it.each([[0], [-1], [1.5], [1_000_001], [1e300], ['']])('refuses %j', (points) => {
    expect(refusal(awardPointsStep, { points, reason: 'x' })).not.toBe('');
  });
});
