import { defineStepKind } from '#app/domain';
import { z } from 'zod';
import { assignment } from '../assignment.js';
import { drawOf } from '../draw.js';

const HELD_OUT = 'held-out';
const TREATED = 'treated';

const settings = z.strictObject({
  percent: z
    .number({ error: 'Write a number' })
    .min(0, { error: 'Write a percentage from 0 to 100' })
    .max(100, { error: 'Write a percentage from 0 to 100' })
    .default(10)
    .describe(
      'How many in a hundred get none of the messages that follow. Who has been drawn stays as drawn, but for 0 and 100.',
    ),
});

/** Draws people whose messages from here on are noted and not sent, so that the effect on the others can be measured. */
export const holdOutStep = defineStepKind<z.output<typeof settings>>({
  code: 'hold-out',
  title: 'Hold out',
  settings: settings as unknown as z.ZodType<z.output<typeof settings>>,
  holdsOut: true,
  enter: ({ percent }, { customerId, journeyKey, stepId, arm: earlier }) => {
    const isKept = (earlier === HELD_OUT && percent > 0) || (earlier === TREATED && percent < 100);
    const isHeldOut = isKept ? earlier === HELD_OUT : drawOf([customerId, journeyKey, stepId]) * 100 < percent;
    return {
      type: 'continue',
      ...(isHeldOut ? { holdOut: true } : {}),
      acts: [assignment(isHeldOut ? HELD_OUT : TREATED, earlier)],
    };
  },
});
