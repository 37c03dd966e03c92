import { z } from 'zod';
import { isoInstant, listOf, pageQuery } from './list.schema.js';

const state = z.enum(['queued', 'claimed', 'sent', 'failed', 'suppressed']);

export const callQuery = pageQuery.extend({
  state: state.optional(),
  customer: z.uuid().optional().meta({ description: 'Id of the customer.' }),
});

const callDocument = z
  .object({
    id: z.uuid().meta({ description: 'Sent as `webhook-id` with every try.' }),
    url: z.string(),
    payload: z.unknown(),
    state,
    reason: z.string().nullable().meta({ description: 'Why it has not been made, or failed.' }),
    status: z.number().int().nullable().meta({ description: 'HTTP status of the last answer.' }),
    answer: z.string().nullable().meta({ description: 'Beginning of the last answer, or what went wrong.' }),
    attempts: z.number().int(),
    journey: z.string(),
    step: z.string(),
    run: z.uuid(),
    customer: z.uuid(),
    dueAt: isoInstant,
    nextAt: isoInstant.nullable().meta({ description: 'When it is tried (again); null when it is not.' }),
    sentAt: isoInstant.nullable(),
  })
  .meta({ id: 'WebhookCall' });

export const callList = listOf(callDocument, 'WebhookCallList');

export const callSecret = z
  .object({ secret: z.string().meta({ description: 'Standard Webhooks: `whsec_` and base64.' }) })
  .meta({ id: 'WebhookSecret' });

export const rotatedCallSecret = z
  .object({
    secret: z.string(),
    oldSecretSignsUntil: isoInstant.meta({ description: 'Until then each call carries a signature by both.' }),
  })
  .meta({ id: 'RotatedWebhookSecret' });
