import { z } from 'zod';

/** How a text message is carried, and what it is likely to cost. */
export const pricedText = z.object({
  parts: z.number().int().meta({ description: 'In how many parts networks carry and bill it.' }),
  encoding: z.enum(['GSM-7', 'UCS-2']),
  characters: z.number().int(),
  foreign: z
    .array(z.string())
    .meta({ description: 'Characters that the basic alphabet lacks: a part then holds 70 instead of 160.' }),
  estimate: z
    .object({
      amount: z.number().int().meta({ description: 'In the smallest unit of the currency.' }),
      currency: z.string(),
    })
    .nullable()
    .meta({ description: "What it is likely to cost by the shop's prices (`texts`); null: it has named none." }),
});
