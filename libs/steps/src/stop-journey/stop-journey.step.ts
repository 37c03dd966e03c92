import { defineStepKind } from '#app/domain';
import { z } from 'zod';
import { journeyKey } from '../settings-parts.js';

const settings = z.strictObject({ journey: journeyKey });

/** Ends what the person has under way in another journey. */
export const stopJourneyStep = defineStepKind<z.output<typeof settings>>({
  code: 'stop-journey',
  title: 'Stop another journey',
  settings,
  enter: ({ journey }) => ({ type: 'continue', acts: [{ type: 'stop', journey }] }),
  journeys: ({ journey }) => [journey],
});
