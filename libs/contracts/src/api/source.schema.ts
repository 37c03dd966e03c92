import { z } from 'zod';
import { isoInstant, listOf } from './list.schema.js';
import { displayName } from './shop.schema.js';

const SECRET_MAX = 500;
const secret = z
  .string()
  .min(1)
  .max(SECRET_MAX)
  .meta({ description: "The sender's signing secret. It is stored encrypted and never shown." });
const jsonObject = z.record(z.string(), z.unknown());

export const newSource = z
  .strictObject({
    kind: z.string().min(1).max(64).meta({ description: 'A code of GET /api/v1/source-kinds.', example: 'shopify' }),
    name: displayName,
    secret,
    settings: jsonObject.default({}).meta({ description: 'As the schema of the kind says.' }),
  })
  .meta({ id: 'NewSource' });

export const newSecret = z.strictObject({ secret }).meta({ id: 'NewSecret' });

export const sourceDocument = z
  .object({
    id: z.uuid(),
    kind: z.string(),
    name: z.string(),
    settings: jsonObject,
    url: z.url().meta({ description: 'Where the sender posts its webhooks.' }),
    createdAt: isoInstant,
  })
  .meta({ id: 'Source' });

export const sourceList = listOf(sourceDocument, 'SourceList');

export const rotatedSecret = z.object({ id: z.uuid(), oldSecretValidUntil: isoInstant }).meta({ id: 'RotatedSecret' });

export const sourceKindList = listOf(
  z
    .object({
      code: z.string(),
      title: z.string(),
      settings: jsonObject.meta({ description: 'JSON Schema of its settings.' }),
    })
    .meta({ id: 'SourceKind' }),
  'SourceKindList',
);
