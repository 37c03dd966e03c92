import { z } from 'zod';

/** What became of an event sent to /api/v1/events. */
export const eventAnswer = z
  .object({
    id: z.string().nullable().meta({ description: 'Your id of the event; null when it had none that could be read.' }),
    status: z.enum(['accepted', 'duplicate', 'conflict', 'invalid']),
    eventId: z.uuid().optional().meta({ description: 'Our id of the stored body; of the first one for a duplicate.' }),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'EventAnswer' });

export const eventBatchAnswer = z
  .object({ items: z.array(eventAnswer).meta({ description: 'In the order of the call.' }) })
  .meta({ id: 'EventBatchAnswer' });
