import { defineStepKind } from '#app/domain';
import { z } from 'zod';
import { drawOf } from '../draw.js';

const settings = z.strictObject({
  percent: z
    .number({ error: 'Write a number' })
    .min(0, { error: 'Write a percentage from 0 to 100' })
    .max(100, { error: 'Write a percentage from 0 to 100' })
    .default(10)
    .describe('How many in a hundred get none of the messages that follow.'),
});

/** Draws people whose messages from here on are noted and not sent, so that the effect on the others can be measured. */
export const holdOutStep = defineStepKind<z.output<typeof settings>>({
  code: 'hold-out',
  title: 'Hold out',
  settings: settings as unknown as z.ZodType<z.output<typeof settings>>,
  holdsOut: true,
  enter: ({ percent }, { customerId, journeyKey, stepId }) => {
    const isHeldOut = drawOf([customerId, journeyKey, stepId]) * 100 < percent;
    return {
      type: 'continue',
      ...(isHeldOut ? { holdOut: true } : {}),
      acts: [{ type: 'assign', arm: isHeldOut ? 'held-out' : 'treated' }],
    };
  },
});
