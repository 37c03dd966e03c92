import { MEDIA, OPTIONAL_CLASSES } from '#app/domain';
import { z } from 'zod';
import { wireFreeText, wireTime } from '../event/wire-text.schema.js';
import { isoInstant, listOf } from './list.schema.js';

const text = z.string().nullable();
const classes = z.array(z.enum(OPTIONAL_CLASSES)).min(1).max(OPTIONAL_CLASSES.length);
const level = z.enum(['evidence', 'single', 'confirmed']);

const classConsent = z
  .object({
    class: z.enum(OPTIONAL_CLASSES),
    state: z.enum(['opted_in', 'opted_out', 'pending', 'none']).meta({ description: '`none`: they never said.' }),
    since: isoInstant.nullable(),
    level: level.nullable(),
    proof: text,
    allowed: z
      .boolean()
      .meta({ description: 'Whether a message of the class may go to them now, as far as consent goes.' }),
    reason: text.meta({ description: 'Why not.' }),
  })
  .meta({ id: 'ClassConsent' });

const mediumConsent = z
  .object({
    channel: z.enum(MEDIA),
    address: text,
    suppressed: z
      .enum(['all', 'non_service'])
      .nullable()
      .meta({ description: '`all`: nothing is sent to the address; `non_service`: nothing but service messages.' }),
    classes: z.array(classConsent),
  })
  .meta({ id: 'ChannelConsent' });

export const consentsDocument = z.object({ channels: z.array(mediumConsent) }).meta({ id: 'Consents' });

const consentEntry = z
  .object({
    id: z.string(),
    channel: z.enum(MEDIA),
    state: z.enum(['opted_in', 'opted_out', 'pending', 'suppressed']),
    classes: z.array(z.string()).nullable().meta({ description: 'Null: all of the channel.' }),
    level: level.nullable(),
    at: isoInstant.meta({ description: 'When it was said.' }),
    recordedAt: isoInstant.meta({ description: 'When Afterglow took it in.' }),
    proof: text.meta({ description: 'Of a suppression: its reason.' }),
    source: z
      .object({ id: z.uuid(), kind: z.string(), name: z.string() })
      .nullable()
      .meta({ description: 'Who told it; null for what people said to Afterglow itself, and what came by the API.' }),
    order: text.meta({ description: "The sender's id of the order that it came with." }),
  })
  .meta({ id: 'ConsentEntry' });

export const consentHistory = listOf(consentEntry, 'ConsentHistory');

export const consentRecording = z
  .strictObject({
    channel: z.enum(MEDIA),
    state: z.enum(['opted_in', 'opted_out']),
    classes: classes.optional().meta({ description: 'What it is about; left out: all of the channel.' }),
    proof: wireFreeText(1_000)
      .trim()
      .min(10, { error: 'must say how it can be shown, in ten characters at least' })
      .meta({
        description: 'How you can show it: where the signed form is, what was said on the telephone, and to whom.',
        example: 'Signed card of 12 March 2026, folder 7',
      }),
    at: wireTime.optional().meta({ description: 'When it was said; left out: now.' }),
  })
  .meta({ id: 'ConsentRecording' });
