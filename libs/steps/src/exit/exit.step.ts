import { defineStepKind } from '#app/domain';
import { z } from 'zod';

const settings = z.strictObject({
  reason: z.string().min(1).max(200).optional().describe('Why the run ends here; shown in its journal.'),
});

/** Ends the run. */
export const exitStep = defineStepKind<z.output<typeof settings>>({
  code: 'exit',
  title: 'End the run',
  settings,
  enter: ({ reason }) => ({ type: 'end', ...(reason === undefined ? {} : { reason }) }),
  fallsThrough: () => false,
});
