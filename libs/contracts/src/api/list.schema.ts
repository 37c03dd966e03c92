import { z } from 'zod';

const MAX_PAGE_SIZE = 100;
const DEFAULT_PAGE_SIZE = 50;

/** Not what JavaScript takes for a number besides: `0x10`, `1e2`, an empty text. */
const DIGITS = /^\d+$/;

/** Query parameters of every list. */
export const pageQuery = z.strictObject({
  cursor: z.string().min(1).max(200).optional().meta({ description: 'The `next` of the page before.' }),
  limit: z
    .preprocess(
      (text) => (typeof text === 'string' && DIGITS.test(text) ? Number(text) : text),
      z
        .number({ error: `must be a whole number from 1 to ${MAX_PAGE_SIZE}` })
        .int()
        .min(1)
        .max(MAX_PAGE_SIZE)
        .default(DEFAULT_PAGE_SIZE),
    )
    .meta({ description: 'Items per page.' }),
});
export type PageQuery = z.output<typeof pageQuery>;

/** Ids of ours. */
export const idParam = z.uuid({ error: 'must be an id (a UUID)' });

export const isoInstant = z.iso.datetime({ offset: false }).meta({ description: 'A time in UTC, with milliseconds.' });

/** A page of a list. */
export function listOf<T extends z.ZodType>(item: T, name: string) {
  return z
    .object({
      items: z.array(item),
      next: z.string().nullable().meta({ description: 'Pass it as `cursor` for the next page; null on the last one.' }),
    })
    .meta({ id: name });
}

/** What happens to one made-up person, in the order in which it happens. */
export const story = z.array(
  z.object({ type: z.string(), at: isoInstant, data: z.record(z.string(), z.unknown()) }).meta({ id: 'StoryEvent' }),
);

/** RFC 9457. */
export const problemDocument = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().meta({ description: 'What happened, then what to do.' }),
    instance: z.string().meta({ description: 'Id of the request, as the log names it.' }),
    code: z.string().meta({ description: 'Stable; listed in docs/errors.md.' }),
    errors: z
      .array(
        z.object({
          pointer: z.string().meta({ description: 'JSON pointer to the fault.' }),
          code: z.string(),
          message: z.string(),
          example: z
            .object({ outcome: z.string(), story })
            .optional()
            .meta({ description: 'A story of one person, and what the engine does in it because of the fault.' }),
        }),
      )
      .optional(),
    omitted: z.number().int().optional(),
  })
  .meta({ id: 'Problem' });
