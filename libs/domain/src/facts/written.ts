import { type Instant, toInstant } from '../time/instant.js';
import type { CustomerFacts } from './facts.js';
import type { FactsSnapshot, Json } from './view.js';

/** What journeys wrote about a person. Kept beside the facts, which are folded from events alone. */
export interface WrittenFacts {
  readonly attributes: Readonly<Record<string, { readonly value: Json; readonly at: Instant }>>;
  readonly tags: Readonly<Record<string, { readonly isOn: boolean; readonly at: Instant }>>;
  /** Arms drawn, by `armKey`. */
  readonly arms: Readonly<Record<string, string>>;
}

/** Neither part holds a space. */
export function armKey(journeyKey: string, step: string): string {
  return `${journeyKey} ${step}`;
}

export function withWrittenFacts(snapshot: FactsSnapshot, written: WrittenFacts | undefined): FactsSnapshot {
  if (!written) return snapshot;
  return { ...snapshot, customer: withWritten(snapshot.customer, written), arms: written.arms };
}

/**
 * The facts as journeys see them. Of an attribute the later word counts, a sender's or a journey's. A tag that a journey gave or
 * took stays so: senders tell their whole list each time and don't know of ours.
 */
export function withWritten(customer: CustomerFacts, written: WrittenFacts | undefined): CustomerFacts {
  if (!written) return customer;
  const attributes = { ...customer.attributes };
  for (const [name, { value, at }] of Object.entries(written.attributes)) {
    // conditions and templates know single values only
    if (typeof value === 'object' && value !== null) continue;
    if (toldAt(customer, name) <= at) attributes[name] = value;
  }
  const tags = new Set(customer.tags);
  for (const [tag, { isOn }] of Object.entries(written.tags)) {
    if (isOn) tags.add(tag);
    else tags.delete(tag);
  }
  return { ...customer, attributes, tags: [...tags] };
}

/** When a sender last told the attribute. */
function toldAt({ stamps }: CustomerFacts, name: string): Instant {
  const [at] = (stamps[`attributes.${name}`] ?? '').split('|');
  return at ? toInstant(at) : -Infinity;
}
