import { defineStepKind } from '#app/domain';
import { z } from 'zod';
import { target } from '../settings-parts.js';
import { drawArm } from './rendezvous.js';

const MAX_ARMS = 10;

const arm = z.strictObject({
  arm: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, { error: 'Write lower-case letters, digits and hyphens' })
    .describe('Name of the arm; who is in it depends on this name, so keep it.'),
  weight: z
    .number({ error: 'Write a number' })
    .min(0, { error: 'Write 0 or more' })
    .max(1_000_000, { error: 'At most 1000000' })
    .describe('Share of the people, in proportion to the other weights; 0 gives it nobody.'),
  goto: target.optional().describe('Step to go to; the following one when left out. `end` ends the run.'),
});

const settings = z.strictObject({
  arms: z
    .array(arm)
    .min(2, { error: 'Write at least two arms' })
    .max(MAX_ARMS, { error: `At most ${MAX_ARMS} arms` })
    .refine((arms) => new Set(arms.map((one) => one.arm)).size === arms.length, { error: 'Name each arm once' })
    .refine((arms) => arms.some(({ weight }) => weight > 0), { error: 'Give at least one arm a weight above 0' })
    .describe('The ways that people are spread over. The same person always gets the same one.'),
});

/** Spreads people over several ways by lot; the same person always gets the same way. */
export const splitStep = defineStepKind<z.output<typeof settings>>({
  code: 'split',
  title: 'Split',
  settings,
  enter: ({ arms }, { customerId, journeyKey, stepId }) => {
    const drawn = drawArm(arms, [customerId, journeyKey, stepId]);
    return {
      type: 'continue',
      next: drawn?.goto,
      ...(drawn === undefined ? {} : { acts: [{ type: 'assign', arm: drawn.arm }] }),
    };
  },
  targets: ({ arms }) => arms.flatMap(({ goto }) => goto ?? []),
  fallsThrough: ({ arms }) => arms.some(({ goto }) => goto === undefined),
});
