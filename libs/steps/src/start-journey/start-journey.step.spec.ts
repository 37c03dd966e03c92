import { aContext, parsed, refusal } from '../testing.js';
import { startJourneyStep } from './start-journey.step.js';

describe('start-journey', () => {
  it('names the other journey and goes on', () => {
    const settings = parsed(startJourneyStep, { journey: 'how-to' });
    expect(startJourneyStep.enter(settings, aContext('2026-05-04T10:00:00Z'))).toEqual({
      type: 'continue',
      acts: [{ type: 'start', journey: 'how-to' }],
    });
    expect(startJourneyStep.journeys?.(settings)).toEqual(['how-to']);
  });

  it('refuses what is no key', () => {
    expect(refusal(startJourneyStep, { journey: 'How to' })).toContain('key of a journey');
  });
});
