import { z } from 'zod';
import { isoInstant, listOf } from './list.schema.js';
import { displayName } from './shop.schema.js';

export const newKey = z.strictObject({ name: displayName }).meta({ id: 'NewKey' });

export const madeKey = z
  .object({
    id: z.uuid(),
    name: z.string(),
    role: z.literal('owner'),
    key: z.string().meta({ description: 'The key itself. It is shown this once.' }),
  })
  .meta({ id: 'MadeKey' });

export const keyDocument = z
  .object({
    id: z.uuid(),
    name: z.string(),
    role: z.literal('owner'),
    hint: z.string().meta({ description: 'How the key begins.' }),
    createdAt: isoInstant,
    lastUsedAt: isoInstant.nullable(),
  })
  .meta({ id: 'Key' });

export const keyList = listOf(keyDocument, 'KeyList');
