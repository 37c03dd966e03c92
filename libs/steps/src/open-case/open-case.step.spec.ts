import { aContext, parsed, refusal } from '../testing.js';
import { openCaseStep } from './open-case.step.js';

describe('open-case', () => {
  it('opens a case of normal priority unless told otherwise', () => {
    const settings = parsed(openCaseStep, { topic: 'late-delivery', title: 'Call them' });
    expect(openCaseStep.enter(settings, aContext('2026-05-04T10:00:00Z'))).toEqual({
      type: 'continue',
      acts: [{ type: 'open-case', topic: 'late-delivery', title: 'Call them', priority: 'normal' }],
    });
  });

  it.each([
    [{ topic: 'Late delivery', title: 'x' }, 'lower-case'],
    [{ topic: 'late', title: '' }, 'title'],
    [{ topic: 'late', title: 'x', priority: 'asap' }, 'Write low, normal, high, urgent'],
  ])('refuses %j', (settings, sentence) => {
    expect(refusal(openCaseStep, settings)).toContain(sentence);
  });
});
