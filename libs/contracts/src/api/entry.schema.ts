import { z } from 'zod';
import { customerRef, orderRef } from '../event/event-envelope.schema.js';
import { wireId } from '../event/wire-text.schema.js';

/** People of one call to POST /api/v1/journeys/:key/entries. */
const MAX_ENTRIES_PER_CALL = 1_000;
const MAX_DATA_CHARS = 10_000;
const RESERVED = ['journey', 'key'];

const data = z
  .record(z.string().min(1).max(100), z.json())
  .refine((fields) => RESERVED.every((name) => !Object.hasOwn(fields, name)), 'must not hold journey or key')
  .refine(
    (fields) => JSON.stringify(fields).length <= MAX_DATA_CHARS,
    `must have at most ${MAX_DATA_CHARS} characters as JSON`,
  );

/** Somebody who is to enter. */
const entry = z
  .strictObject({
    customer: customerRef,
    order: orderRef.optional().meta({ description: 'An order of theirs that the run is about.' }),
    key: wireId.optional().meta({ description: 'What the journey sees as event.data.key.' }),
    data: data.optional().meta({ description: 'What the journey sees beside it in event.data.' }),
  })
  .meta({ id: 'EntryRequest' });

export const entryRequest = z.union([entry, z.array(entry).min(1).max(MAX_ENTRIES_PER_CALL)], {
  error: `must be an object with a customer, or a list of 1 to ${MAX_ENTRIES_PER_CALL} of them`,
});

export const entryAnswer = z
  .object({
    status: z.enum(['entered', 'refused']),
    run: z.uuid().optional().meta({ description: 'The run that began.' }),
    reason: z.string().optional().meta({
      description:
        'audience, entry-key, entered-before, limit, erased, paused (the whole shop), unknown-customer or unknown-order.',
    }),
    detail: z.string().optional().meta({ description: 'What stood against it, and what to do about it.' }),
  })
  .meta({ id: 'EntryAnswer' });

export const entryBatchAnswer = z
  .object({
    entered: z.int(),
    refused: z.int(),
    items: z.array(entryAnswer).meta({ description: 'In the order of the call.' }),
  })
  .meta({ id: 'EntryBatchAnswer' });
