import { MEDIA } from '#app/domain';
import { z } from 'zod';
import { isoInstant, listOf, pageQuery } from './list.schema.js';

const kind = z.enum(['export', 'erase']);
const state = z.enum(['open', 'done']);

export const ERASURE_REASONS = [
  'asked',
  'consent-withdrawn',
  'objected',
  'no-longer-needed',
  'unlawful',
  'legal-duty',
  'test',
] as const;
export type ErasureReason = (typeof ERASURE_REASONS)[number];

const erasureReason = z.enum(ERASURE_REASONS);

export const erasureRequest = z
  .strictObject({
    reason: erasureReason.meta({
      description: 'On what ground. A closed list, because free words could name the person who is to be forgotten.',
    }),
  })
  .meta({ id: 'ErasureRequest' });

export const privacyRequestQuery = pageQuery.extend({
  kind: kind.optional(),
  state: state.optional(),
  customer: z.uuid().optional().meta({ description: 'Id of the customer.' }),
});

export const privacyRequestDocument = z
  .object({
    id: z.uuid(),
    kind: kind.meta({ description: '`export`: a sender told that somebody wants to see what is known of them.' }),
    customer: z.uuid(),
    origin: z.enum(['api', 'command', 'sender']),
    reason: erasureReason.nullable(),
    reference: z.string().nullable().meta({ description: "The sender's own name of the request." }),
    state: state.meta({ description: 'An erasure is done once the last row is emptied or gone.' }),
    requestedAt: isoInstant,
    dueAt: isoInstant.meta({ description: 'By when it must be done: 30 days later.' }),
    doneAt: isoInstant.nullable(),
    counts: z.record(z.string(), z.number().int()).meta({ description: 'Rows emptied or deleted, by table.' }),
  })
  .meta({ id: 'PrivacyRequest' });

export const privacyRequestList = listOf(privacyRequestDocument, 'PrivacyRequestList');

const hash = z.string().regex(/^[0-9a-f]{64}$/);

const shopRegister = z.strictObject({
  erasures: z.array(z.strictObject({ customer: z.uuid(), reason: erasureReason.nullable() })),
  names: z.array(z.strictObject({ hash, erasedAt: z.iso.datetime({ offset: true }) })),
  addresses: z.array(z.strictObject({ medium: z.enum(MEDIA), hash, scope: z.enum(['all', 'non_service']) })),
});

/** What `afterglow erasures list` prints: ids and keyed hashes, no names. That of one shop alone is the form of earlier versions. */
export const erasureRegister = z.union([
  z.strictObject({ shops: z.array(shopRegister.extend({ shop: z.uuid() })) }),
  shopRegister,
]);

export const personExport = z
  .object({
    customer: z.uuid(),
    exportedAt: isoInstant,
    data: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))).meta({
      description: 'Every row that is stored of the person, by table; docs/privacy.md says what each table holds.',
    }),
  })
  .meta({ id: 'PersonExport' });
