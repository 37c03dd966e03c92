import { aContext, parsed } from '../testing.js';
import { exitStep } from './exit.step.js';

describe('exit', () => {
  it('ends the run with its reason', () => {
    expect(exitStep.enter(parsed(exitStep, { reason: 'not wanted' }), aContext('2026-05-04T10:00:00Z'))).toEqual({
      type: 'end',
      reason: 'not wanted',
    });
    expect(exitStep.enter(parsed(exitStep, {}), aContext('2026-05-04T10:00:00Z'))).toEqual({ type: 'end' });
    expect(exitStep.fallsThrough?.({})).toBe(false);
  });
});
