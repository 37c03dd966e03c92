import { MEDIA } from '#app/domain';
import { z } from 'zod';
import { isoInstant, listOf, pageQuery } from './list.schema.js';

const MAX_ITEMS = 1_000;
const FIELD_MAX = 320;

const medium = z.enum(MEDIA);
const reason = z.enum(['unsubscribed', 'complained', 'bounced', 'soft-bounce', 'manual', 'erased']);
const field = z.string().max(FIELD_MAX).optional();

export const suppressionIdParam = z.string().regex(new RegExp(`^(${MEDIA.join('|')})-[0-9a-f]{64}(-soft)?$`), {
  error: 'must be the id of a suppression, as the list has it',
});

export const suppressionQuery = pageQuery.extend({
  channel: medium.optional(),
  reason: reason.optional(),
  address: z
    .string()
    .min(3)
    .max(254)
    .optional()
    .meta({ description: 'An e-mail address, or a phone number with its country.' }),
});

export const suppressionDocument = z
  .object({
    id: z.string(),
    channel: medium,
    hash: z.string().meta({ description: 'Keyed hash of the address; the address itself is not kept.' }),
    scope: z.enum(['all', 'non_service']).meta({ description: '`non_service`: messages about an order still go.' }),
    reason,
    detail: z.string().nullable().meta({ description: 'What is known beyond that, such as the code of a bounce.' }),
    since: isoInstant,
    until: isoInstant.nullable().meta({ description: 'It ends by itself then; null: it does not.' }),
  })
  .meta({ id: 'Suppression' });

export const suppressionList = listOf(suppressionDocument, 'SuppressionList');

export const suppressionImport = z
  .array(z.strictObject({ address: field, channel: field, reason: field, date: field }))
  .min(1)
  .max(MAX_ITEMS)
  .meta({ id: 'SuppressionImport' });

export const suppressionReport = z
  .object({
    lines: z.number().int().meta({ description: 'Without the one that names the columns.' }),
    added: z.number().int().meta({ description: 'Addresses of which the list says more than before.' }),
    unchanged: z.number().int().meta({ description: 'Addresses that were suppressed already.' }),
    refused: z.number().int(),
    faults: z.array(
      z.object({
        line: z.number().int().meta({ description: 'Of a file its line, of a list its item, from 1.' }),
        field: z.enum(['address', 'channel', 'reason', 'date', 'line']),
        message: z.string(),
      }),
    ),
    omitted: z.number().int().meta({ description: 'Faults beyond the first thousand.' }),
  })
  .meta({ id: 'SuppressionReport' });

export const suppressionLift = z
  .strictObject({
    reason: z
      .enum(['works-again', 'by-mistake', 'person-asked'])
      .meta({ description: 'Kept in the audit log. A closed list, because free words could name the person.' }),
  })
  .meta({ id: 'SuppressionLift' });
