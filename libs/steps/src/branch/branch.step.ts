import { defineStepKind } from '#app/domain';
import { z } from 'zod';
import { expression, target } from '../settings-parts.js';

const settings = z.strictObject({
  cases: z
    .array(z.strictObject({ when: expression.describe('Condition of this way.'), goto: target }))
    .min(1, { error: 'Write at least one case' })
    .max(20, { error: 'At most 20 cases' })
    .describe('Asked from top to bottom; the first condition that holds decides.'),
  otherwise: target.optional().describe('Where to go when no condition holds; the following step when left out.'),
});

/** Takes the first way whose condition holds. */
export const branchStep = defineStepKind<z.output<typeof settings>>({
  code: 'branch',
  title: 'Branch',
  settings,
  enter: ({ cases, otherwise }, context) => {
    const index = cases.findIndex(({ when }) => context.holds(when));
    return {
      type: 'continue',
      next: cases[index]?.goto ?? otherwise,
      note: { branch: index === -1 ? 'otherwise' : index },
    };
  },
  targets: ({ cases, otherwise }) => [
    ...cases.map(({ goto }) => goto),
    ...(otherwise === undefined ? [] : [otherwise]),
  ],
  fallsThrough: ({ otherwise }) => otherwise === undefined,
  expressions: ({ cases }) =>
    cases.map(({ when }, index) => ({ place: `cases/${index}/when`, source: when, expects: 'bool' })),
});
