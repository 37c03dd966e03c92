import { aContext, parsed, refusal } from '../testing.js';
import { stopJourneyStep } from './stop-journey.step.js';

describe('stop-journey', () => {
  it('names the other journey and goes on', () => {
    const settings = parsed(stopJourneyStep, { journey: 'how-to' });
    expect(stopJourneyStep.enter(settings, aContext('2026-05-04T10:00:00Z'))).toEqual({
      type: 'continue',
      acts: [{ type: 'stop', journey: 'how-to' }],
    });
    expect(stopJourneyStep.journeys?.(settings)).toEqual(['how-to']);
  });

  it('refuses what is no key', () => {
    expect(refusal(stopJourneyStep, { journey: 'How to' })).toContain('key of a journey');
  });
});
