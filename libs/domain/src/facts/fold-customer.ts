import type { CustomerProfile, DomainEvent } from '../event/event.js';
import type { CustomerFacts } from './facts.js';
import { foldChoices, foldConsents, mergeChoices, mergeConsents } from './fold-consent.js';
import { earliest, setStamped, stampOf } from './stamp.js';

/** Folds what an event says of the person: identity, profile, consent. */
export function foldCustomer(customer: CustomerFacts, event: DomainEvent): CustomerFacts {
  const stamp = stampOf(event);
  const { email, phone } = event.customer ?? {};
  const identified = setStamped(withSighting(customer, event), stamp, { email, phone });
  const profiled = foldProfile(identified, stamp, profileOf(event));
  const consents = foldConsents(profiled.consents, event, stamp);
  const choices = foldChoices(profiled.choices, event, stamp);
  const isSaid = consents !== profiled.consents || choices !== profiled.choices;
  const consenting = isSaid ? { ...profiled, consents, ...(choices && { choices }) } : profiled;
  if (event.type === 'customer.redacted') return setStamped(consenting, stamp, { erasedAt: event.occurredAt });
  return isForPeople(event) ? setStamped(consenting, stamp, { repliedAt: event.occurredAt }) : consenting;
}

/** No machine wrote it, and no machine can answer it. */
function isForPeople({ type, data }: DomainEvent): boolean {
  return type === 'message.replied' && data.automatic !== true && data.keyword === undefined;
}

/** Two records of one person as one. Symmetric, so it does not matter which one survives. */
export function mergeCustomers(a: CustomerFacts, b: CustomerFacts): CustomerFacts {
  const merged: Record<string, unknown> = { ...a };
  const stamps: Record<string, string> = { ...a.stamps };
  for (const [field, stamp] of Object.entries(b.stamps)) {
    if ((stamps[field] ?? '') >= stamp) continue;
    stamps[field] = stamp;
    if (!field.includes('.')) merged[field] = b[field as keyof CustomerFacts];
  }
  const choices = mergeChoices(a.choices, b.choices);
  const seen = [a.firstSeenAt, b.firstSeenAt].filter((at) => at !== null).toSorted();
  return {
    ...(merged as unknown as CustomerFacts),
    stamps,
    externalIds: [...new Set([...a.externalIds, ...b.externalIds])].toSorted(),
    attributes: mergeAttributes(a, b),
    consents: mergeConsents(a.consents, b.consents),
    ...(choices && { choices }),
    firstSeenAt: seen[0] ?? null,
  };
}

function mergeAttributes(a: CustomerFacts, b: CustomerFacts): CustomerFacts['attributes'] {
  const merged = { ...a.attributes };
  for (const [name, value] of Object.entries(b.attributes)) {
    const field = `attributes.${name}`;
    if ((a.stamps[field] ?? '') < (b.stamps[field] ?? '')) merged[name] = value;
  }
  return merged;
}

function withSighting(customer: CustomerFacts, event: DomainEvent): CustomerFacts {
  const firstSeenAt = earliest(customer.firstSeenAt, event.occurredAt);
  const externalIds = withExternalId(customer, event);
  const isNews = firstSeenAt !== customer.firstSeenAt || externalIds !== customer.externalIds;
  return isNews ? { ...customer, firstSeenAt, externalIds } : customer;
}

function withExternalId(customer: CustomerFacts, event: DomainEvent): readonly string[] {
  const id = event.customer?.externalId;
  if (id === undefined || customer.externalIds.includes(id)) return customer.externalIds;
  return [...customer.externalIds, id].toSorted();
}

function profileOf(event: DomainEvent): CustomerProfile | undefined {
  return 'profile' in event.data ? event.data.profile : undefined;
}

function foldProfile(customer: CustomerFacts, stamp: string, profile: CustomerProfile | undefined): CustomerFacts {
  if (!profile) return customer;
  const { firstName, lastName, locale, timeZone, country, tags, attributes } = profile;
  const updated = setStamped(customer, stamp, { firstName, lastName, locale, timeZone, country, tags });
  if (!attributes) return updated;
  const stamps = { ...updated.stamps };
  const merged = { ...updated.attributes };
  for (const [name, value] of Object.entries(attributes)) {
    const field = `attributes.${name}`;
    if ((stamps[field] ?? '') >= stamp) continue;
    stamps[field] = stamp;
    merged[name] = value;
  }
  return { ...updated, attributes: merged, stamps };
}
