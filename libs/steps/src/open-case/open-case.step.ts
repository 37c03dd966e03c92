import { CASE_PRIORITIES, defineStepKind } from '#app/domain';
import { z } from 'zod';

const settings = z.strictObject({
  topic: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'Write lower-case letters, digits and hyphens, e.g. late-delivery' })
    .max(64)
    .describe('What the case is about; cases are counted and assigned by it.'),
  title: z.string().min(1).max(200).describe('One line for whoever takes the case. `{{settings.x}}` may stand in it.'),
  priority: z
    .enum(CASE_PRIORITIES, { error: `Write ${CASE_PRIORITIES.join(', ')}` })
    .default('normal')
    .describe('How urgent it is.'),
});

/** Hands the matter over to a person. */
export const openCaseStep = defineStepKind<z.output<typeof settings>>({
  code: 'open-case',
  title: 'Open a case',
  settings: settings as unknown as z.ZodType<z.output<typeof settings>>,
  enter: ({ topic, title, priority }) => ({ type: 'continue', acts: [{ type: 'open-case', topic, title, priority }] }),
});
