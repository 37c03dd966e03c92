import type { CustomerFacts, CustomerRef } from '#app/domain';

/** How an event names a person that we know by our own id: by the one name that intake matches first. */
export function refOf({ externalIds, email, phone }: CustomerFacts): CustomerRef {
  const [externalId] = externalIds;
  if (externalId !== undefined) return { externalId };
  return email !== null ? { email } : { phone: phone ?? undefined };
}
