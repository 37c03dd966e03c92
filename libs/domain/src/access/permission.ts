/** Who a key or a person acts as. */
export const ROLES = ['owner', 'marketer', 'cx', 'ops', 'developer', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

const EVERYBODY: readonly Role[] = ROLES;

/** What may be done, and which roles may do it. Everybody reads what the shop works with; keys, the team and the audit log are the owner's. */
const ALLOWED = {
  'accounts:read': EVERYBODY,
  'accounts:write': ['owner', 'developer'],
  'audit:read': ['owner'],
  'cases:read': EVERYBODY,
  'cases:write': ['owner', 'cx'],
  'clock:read': EVERYBODY,
  'clock:write': ['owner', 'developer'],
  'customers:read': EVERYBODY,
  'customers:consent': ['owner', 'cx'],
  'customers:export': ['owner', 'cx'],
  'customers:erase': ['owner', 'cx'],
  'events:write': ['owner', 'developer'],
  'journeys:read': EVERYBODY,
  'journeys:write': ['owner', 'marketer'],
  'journeys:publish': ['owner', 'marketer'],
  'journeys:pause': ['owner', 'marketer', 'ops'],
  'journeys:enter': ['owner', 'marketer', 'developer'],
  'keys:read': ['owner'],
  'keys:write': ['owner'],
  'members:read': ['owner'],
  'members:write': ['owner'],
  'messages:read': EVERYBODY,
  'messages:settle': ['owner', 'cx', 'ops'],
  'ops:read': EVERYBODY,
  'ops:write': ['owner', 'ops'],
  'scores:read': EVERYBODY,
  'shop:read': EVERYBODY,
  'shop:write': ['owner', 'marketer'],
  'sources:read': EVERYBODY,
  'sources:write': ['owner', 'developer'],
  'suppressions:read': EVERYBODY,
  'suppressions:write': ['owner', 'marketer', 'cx'],
  'suppressions:lift': ['owner', 'cx', 'ops'],
  'webhooks:read': EVERYBODY,
  'webhooks:write': ['owner', 'developer'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

/** `<resource>:<action>`. */
export type Permission = keyof typeof ALLOWED;
export const PERMISSIONS = Object.keys(ALLOWED) as readonly Permission[];

/** What somebody may do: all that the role allows, or of that only what the scopes name. */
export interface Grant {
  readonly role: Role;
  readonly scopes: readonly Permission[] | null;
}

export function rolesWith(permission: Permission): readonly Role[] {
  return ALLOWED[permission];
}

export function isAllowed({ role, scopes }: Grant, permission: Permission): boolean {
  return rolesWith(permission).includes(role) && (scopes === null || scopes.includes(permission));
}

/** Whether a grant gives nothing beyond another one, so that its holder may hand it out. */
export function isWithin(grant: Grant, other: Grant): boolean {
  return PERMISSIONS.every((permission) => !isAllowed(grant, permission) || isAllowed(other, permission));
}
