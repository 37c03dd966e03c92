import { MEDIA } from '#app/domain';
import { z } from 'zod';
import { journeyKeyParam } from './journey.schema.js';
import { isoInstant, listOf, pageQuery } from './list.schema.js';
import { pricedText } from './priced-text.schema.js';
import { toldStatus } from './told-status.schema.js';

const text = z.string().nullable();
const medium = z.enum(MEDIA);
const state = z.enum(['queued', 'claimed', 'handing', 'sent', 'failed', 'unknown', 'suppressed', 'expired']);

export const outboxQuery = pageQuery.extend({
  state: state.optional(),
  medium: medium.optional(),
  channel: z.string().min(1).max(64).optional().meta({
    description: 'Code of a channel; `capture` for what was caught instead of sent.',
    example: 'capture',
  }),
  journey: journeyKeyParam.optional().meta({ description: 'Key of the journey.' }),
});

const item = {
  id: z.uuid(),
  medium,
  channel: z.string().meta({ description: 'Channel that took it: `capture` sends nothing.', example: 'capture' }),
  class: z.string(),
  to: text,
  subject: text,
  state,
  reason: text,
  journey: z.string().meta({ description: 'Key of the journey.' }),
  step: z.string(),
  customer: z.uuid(),
  sentAt: isoInstant.nullable(),
  createdAt: isoInstant,
  delivery: toldStatus,
};

export const outboxList = listOf(z.object(item).meta({ id: 'OutboxItem' }), 'OutboxList');

export const outboxLetter = z
  .object({
    ...item,
    text: z.string(),
    html: text,
    headers: z
      .array(z.object({ name: z.string(), value: z.string() }))
      .meta({ description: 'Of an e-mail, those that Afterglow decides on; the channel adds its own.' }),
    sms: pricedText.nullable().meta({ description: 'Of a text message.' }),
  })
  .meta({ id: 'OutboxLetter' });
