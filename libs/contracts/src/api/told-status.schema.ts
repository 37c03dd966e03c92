import { z } from 'zod';
import { isoInstant } from './list.schema.js';

/** Of a message that was handed over. */
export const toldStatus = z
  .object({
    status: z.enum(['queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'read']),
    at: isoInstant,
    code: z.string().nullable().meta({ description: "In the provider's words, of a message that did not arrive." }),
    cost: z
      .object({
        amount: z.string().meta({ description: 'Decimal text in major units.', example: '0.0075' }),
        currency: z.string(),
      })
      .nullable()
      .meta({ description: 'What the provider asks for it.' }),
  })
  .nullable()
  .meta({ description: 'What the provider has told of it since it was handed over; null: nothing.' });
