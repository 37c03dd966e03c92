import { type Permission, PERMISSIONS, ROLES } from '#app/domain';
import { z } from 'zod';
import { isoInstant, listOf } from './list.schema.js';
import { displayName } from './shop.schema.js';

const MAX_SCOPES = 50;

const role = z.enum(ROLES).meta({ description: 'What the key is allowed; GET /api/v1/permissions lists it by role.' });
const permission = z.enum(PERMISSIONS as readonly [Permission, ...Permission[]]);
const scopes = z
  .array(permission)
  .nullable()
  .meta({ description: 'Permissions to which the key is narrowed; null: all of its role.' });
const expiresAt = isoInstant.nullable().meta({ description: 'From then on it is not valid; null: it has no end.' });

export const newKey = z
  .strictObject({
    name: displayName,
    role: role.default('owner'),
    scopes: z
      .array(permission)
      .min(1)
      .max(MAX_SCOPES)
      .optional()
      .meta({ description: 'Narrows the key to these permissions of its role.' }),
    expiresAt: z.iso.datetime({ offset: true }).optional().meta({ description: 'When the key ends by itself.' }),
  })
  .meta({ id: 'NewKey' });

export const madeKey = z
  .object({
    id: z.uuid(),
    name: z.string(),
    role,
    scopes,
    expiresAt,
    key: z.string().meta({ description: 'The key itself. It is shown this once.' }),
  })
  .meta({ id: 'MadeKey' });

export const keyDocument = z
  .object({
    id: z.uuid(),
    name: z.string(),
    role,
    scopes,
    expiresAt,
    hint: z.string().meta({ description: 'How the key begins.' }),
    createdAt: isoInstant,
    lastUsedAt: isoInstant.nullable(),
  })
  .meta({ id: 'Key' });

export const keyList = listOf(keyDocument, 'KeyList');

export const permissionList = z
  .object({ items: z.array(z.object({ permission, roles: z.array(role) })) })
  .meta({ id: 'PermissionList' });

export const auditEntry = z
  .object({
    id: z.uuid(),
    at: isoInstant,
    actor: z.string().meta({ description: '`key:<id>`, `member:<id>`, or `command` for the command line.' }),
    operation: z.string().meta({ description: 'What was asked for.' }),
    requestId: z.string().meta({ description: 'As the log names it.' }),
    action: z.string(),
    subject: z.string(),
    subjectId: z.string(),
    changes: z
      .record(z.string(), z.unknown())
      .meta({ description: 'What was before and is after, by name; true for a secret.' }),
  })
  .meta({ id: 'AuditEntry' });

export const auditList = listOf(auditEntry, 'AuditList');
