import { aContext, parsed } from '../testing.js';
import { branchStep } from './branch.step.js';

const cases = [
  { when: 'first', goto: 'a' },
  { when: 'second', goto: 'b' },
];

describe('branch', () => {
  it.each([
    [{ first: true, second: true }, 'a'],
    [{ first: false, second: true }, 'b'],
    [{}, 'c'],
  ])('with %j goes to %s', (facts, next) => {
    expect(
      branchStep.enter(parsed(branchStep, { cases, otherwise: 'c' }), aContext('2026-05-04T10:00:00Z', facts)),
    ).toMatchObject({ next });
  });

  it('goes on to the following step when nothing holds and nothing else is said', () => {
    const settings = parsed(branchStep, { cases });
    expect(branchStep.enter(settings, aContext('2026-05-04T10:00:00Z'))).toMatchObject({
      type: 'continue',
      next: undefined,
    });
    expect(branchStep.fallsThrough?.(settings)).toBe(true);
    expect(branchStep.targets?.(settings)).toEqual(['a', 'b']);
    expect(branchStep.expressions?.(settings)).toHaveLength(2);
  });
});
