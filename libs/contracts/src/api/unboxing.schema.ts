import { z } from 'zod';

export const unboxingQuery = z.strictObject({
  product: z
    .string()
    .regex(/^[\w.-]{1,48}$/, 'must be 1 to 48 letters, digits, dots, dashes or underscores')
    .optional()
    .meta({ description: 'Answers by this link count as survey `unboxing:<product>`.', example: 'BOWL-1' }),
});

export const unboxingLink = z
  .object({
    url: z.url().meta({ description: 'For a QR code on a slip: the same for ever, open to whoever holds it.' }),
    survey: z.string().meta({ description: 'Key of the survey in scores and events.' }),
  })
  .meta({ id: 'UnboxingLink' });
