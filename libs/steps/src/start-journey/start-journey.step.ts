import { defineStepKind } from '#app/domain';
import { z } from 'zod';
import { journeyKey } from '../settings-parts.js';

const settings = z.strictObject({ journey: journeyKey });

/** Lets the person enter another journey. */
export const startJourneyStep = defineStepKind<z.output<typeof settings>>({
  code: 'start-journey',
  title: 'Start another journey',
  settings,
  enter: ({ journey }) => ({ type: 'continue', acts: [{ type: 'start', journey }] }),
  journeys: ({ journey }) => [journey],
});
