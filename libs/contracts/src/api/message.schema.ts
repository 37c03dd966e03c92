import { MEDIA } from '#app/domain';
import { z } from 'zod';
import { journeyKeyParam } from './journey.schema.js';
import { isoInstant, listOf, pageQuery } from './list.schema.js';
import { toldStatus } from './told-status.schema.js';

const NOTE_MAX = 500;
const text = z.string().nullable();
const state = z
  .enum(['queued', 'claimed', 'handing', 'sent', 'failed', 'unknown', 'suppressed', 'expired', 'held_out'])
  .meta({ description: '`held_out`: the run is held out; it would have been sent and never is.' });

export const messageQuery = pageQuery.extend({
  state: state.optional(),
  journey: journeyKeyParam.optional().meta({ description: 'Key of the journey.' }),
  customer: z.uuid().optional().meta({ description: 'Id of the customer.' }),
  order: z.string().min(1).max(255).optional().meta({ description: "The sender's id of the order." }),
});

export const messageDocument = z
  .object({
    id: z.uuid(),
    key: z.string().meta({ description: 'The same cause has the same key and makes no second message.' }),
    channel: z.string().meta({ description: 'Channel that took it; the medium while none has.', example: 'capture' }),
    medium: z.enum(MEDIA),
    class: z.string(),
    to: text,
    subject: text,
    text,
    html: text,
    state,
    reason: text.meta({ description: 'Why it was not sent, failed, or was put off.' }),
    providerSays: z.enum(['taken', 'not-taken', 'cannot-tell', 'not-asked']).nullable().meta({
      description: 'What came of asking the provider about a message in doubt; null while nobody has.',
    }),
    journey: z.string(),
    step: z.string(),
    run: z.uuid(),
    customer: z.uuid(),
    order: text.meta({ description: "The sender's id of the order." }),
    attempts: z.number().int(),
    dueAt: isoInstant.meta({ description: 'Business time at which it fell due.' }),
    notBefore: isoInstant.meta({ description: 'It is not tried before: later than `dueAt` once it was put off.' }),
    sentAt: isoInstant.nullable(),
    delivery: toldStatus,
  })
  .meta({ id: 'Message' });

export const messageList = listOf(messageDocument, 'MessageList');

export const messageSettlement = z
  .strictObject({
    outcome: z
      .enum(['sent', 'failed', 'resend'])
      .meta({ description: '`resend` hands it over again: the customer may get it twice.' }),
    note: z.string().trim().min(1).max(NOTE_MAX).meta({ description: 'How you know; it is kept.' }),
  })
  .meta({ id: 'MessageSettlement' });
