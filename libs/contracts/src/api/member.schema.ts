import { PERMISSIONS, type Permission, ROLES } from '#app/domain';
import { z } from 'zod';
import { isoInstant, listOf } from './list.schema.js';
import { displayName } from './shop.schema.js';

const MAX_EMAIL = 254;
const MIN_PASSWORD = 12;
const MAX_PASSWORD = 128;
const MIN_CHARACTERS = 5;

const email = z.string().max(MAX_EMAIL).toLowerCase().pipe(z.email()).meta({ description: 'What they sign in with.' });
const role = z.enum(ROLES).meta({ description: 'What they are allowed; GET /api/v1/permissions lists it by role.' });

/** As typed by who has one: any text that could be one. */
const typedPassword = z.string().min(1).max(MAX_PASSWORD).normalize('NFKC');
const newPassword = z
  .string()
  .min(MIN_PASSWORD)
  .max(MAX_PASSWORD)
  .normalize('NFKC')
  .refine((text) => new Set(text).size >= MIN_CHARACTERS, {
    error: `must have at least ${MIN_CHARACTERS} different characters`,
  })
  .meta({ description: 'A sentence is easier to remember than a riddle.' });
const token = z.string().min(1).max(MAX_PASSWORD);

export const newMember = z.strictObject({ email, name: displayName, role }).meta({ id: 'NewMember' });

export const memberChange = z
  .strictObject({
    role: role.optional(),
    state: z
      .enum(['active', 'disabled'])
      .optional()
      .meta({ description: '`disabled`: signed out everywhere and not let in.' }),
  })
  .refine((change) => Object.keys(change).length > 0, { error: 'must name what changes: role or state' })
  .meta({ id: 'MemberChange' });

export const memberDocument = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role,
    state: z
      .enum(['invited', 'active', 'disabled'])
      .meta({ description: '`invited`: has neither a password nor signed in elsewhere yet.' }),
    createdAt: isoInstant,
    lastLoginAt: isoInstant.nullable(),
    invitedUntil: isoInstant
      .nullable()
      .meta({ description: 'Until when the newest invitation can be accepted; null: none is open.' }),
  })
  .meta({ id: 'Member' });

export const memberList = listOf(memberDocument, 'MemberList');

export const invitation = z
  .object({
    member: memberDocument,
    token: z.string().meta({ description: 'For POST /api/v1/invitation, once. It is shown this once.' }),
    url: z.string().meta({ description: 'The same as a page: hand it to them, and to nobody else.' }),
  })
  .meta({ id: 'Invitation' });

export const signIn = z
  .strictObject({
    email,
    password: typedPassword,
    shop: z.uuid().optional().meta({ description: 'For who works for several shops; without it the first one.' }),
  })
  .meta({ id: 'SignIn' });

export const invitationAnswer = z.strictObject({ token, password: newPassword }).meta({ id: 'InvitationAnswer' });

/** As a form of the page sends it. */
export const invitationForm = z.object({ password: newPassword });

export const passwordChange = z
  .strictObject({ present: typedPassword, next: newPassword })
  .meta({ id: 'PasswordChange' });

export const openedSession = z
  .object({
    shop: z.uuid(),
    member: z.uuid(),
    csrfToken: z.string().meta({
      description: 'Send it as X-CSRF-Token with every call by the cookie that changes something.',
    }),
  })
  .meta({ id: 'OpenedSession' });

export const callerDocument = z
  .object({
    kind: z.enum(['key', 'member']),
    id: z.uuid(),
    shop: z.uuid(),
    role,
    permissions: z.array(z.enum(PERMISSIONS as readonly [Permission, ...Permission[]])),
    csrfToken: z.string().nullable().meta({ description: 'Null for a key, which needs none.' }),
  })
  .meta({ id: 'Caller' });

const LOCAL_ADDRESS = /^\/(?![/\\])[^\\]*$/;
const MAX_ADDRESS = 500;

export const providerQuery = z.strictObject({
  to: z
    .string()
    .max(MAX_ADDRESS)
    .regex(LOCAL_ADDRESS, { error: 'must be an address of this installation that begins with one /' })
    .default('/api/v1/session')
    .meta({ description: 'Where to go on afterwards, such as /docs.' }),
  shop: z.uuid().optional().meta({ description: 'For who works for several shops; without it the first one.' }),
});
