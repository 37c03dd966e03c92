import { defineStepKind } from '#app/domain';
import { z } from 'zod';
import { target } from '../settings-parts.js';
import { assignment } from '../assignment.js';
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
    .describe('Share of the people, in proportion to the other weights; 0 gives it nobody, and lets go those it had.'),
  goto: target.optional().describe('Step to go to; the following one when left out. `end` ends the run.'),
});

const settings = z.strictObject({
  arms: z
    .array(arm)
    .min(2, { error: 'Write at least two arms' })
    .max(MAX_ARMS, { error: `At most ${MAX_ARMS} arms` })
    .refine((arms) => new Set(arms.map((one) => one.arm)).size === arms.length, { error: 'Name each arm once' })
    .refine((arms) => arms.some(({ weight }) => weight > 0), { error: 'Give at least one arm a weight above 0' })
    .describe(
      'The ways that people are spread over. Who has been given one keeps it, whatever becomes of the weights.',
    ),
});

/** Spreads people over several ways by lot; the same person always gets the same way, as long as it is open. */
export const splitStep = defineStepKind<z.output<typeof settings>>({
  code: 'split',
  title: 'Split',
  settings,
  enter: ({ arms }, { customerId, journeyKey, stepId, arm: earlier }) => {
    const kept = arms.find(({ arm: name, weight }) => name === earlier && weight > 0);
    const own = kept ?? drawArm(arms, [customerId, journeyKey, stepId]);
    return {
      type: 'continue',
      next: own?.goto,
      ...(own === undefined ? {} : { acts: [assignment(own.arm, earlier)] }),
    };
  },
  targets: ({ arms }) => arms.flatMap(({ goto }) => goto ?? []),
  fallsThrough: ({ arms }) => arms.some(({ goto }) => goto === undefined),
});
