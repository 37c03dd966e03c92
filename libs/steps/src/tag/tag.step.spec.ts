import { aContext, parsed, refusal } from '../testing.js';
import { tagStep } from './tag.step.js';

describe('tag', () => {
  it('adds and removes', () => {
    const settings = parsed(tagStep, { add: ['vip', 'two words'], remove: ['new'] });
    expect(tagStep.enter(settings, aContext('2026-05-04T10:00:00Z'))).toEqual({
      type: 'continue',
      acts: [
        { type: 'tag', tag: 'vip', isOn: true },
        { type: 'tag', tag: 'two words', isOn: true },
        { type: 'tag', tag: 'new', isOn: false },
      ],
    });
  });

  it.each([
    [{}, 'at least one tag'],
    [{ add: ['a'], remove: ['a'] }, 'each tag once'],
    [{ add: [' a'] }, 'no spaces around'],
    [{ add: ['a\nb'] }, 'on one line'],
    [{ add: ['x'.repeat(65)] }, '1 to 64'],
  ])('refuses %j', (settings, sentence) => {
    expect(refusal(tagStep, settings)).toContain(sentence);
  });
});
