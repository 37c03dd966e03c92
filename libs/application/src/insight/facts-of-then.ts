import {
  type FactsSnapshot,
  type Instant,
  type ShopFacts,
  toInstant,
  withWrittenFacts,
  type WrittenFacts,
} from '#app/domain';
import type { KnownPeople, TimelineEvent } from '../facts/facts-store.port.js';
import { foldBatch } from '../intake/fold-batch.js';

const NOBODY_KNOWN: KnownPeople = { identities: [], customers: [], orders: [], placed: [] };

/**
 * The facts right after each of a person's events, by event id: folded again as intake folded them, in the order in which they were
 * received. What a journey wrote counts from the time at which it was written; a value that was overwritten since is not known.
 */
export function factsOfThen(
  shop: ShopFacts,
  customerId: string,
  events: readonly TimelineEvent[],
  written: WrittenFacts | undefined,
): ReadonlyMap<string, FactsSnapshot> {
  let made = 0;
  const { folded } = foldBatch(shop, NOBODY_KNOWN, [], events, () => `then-${(made += 1)}`);
  const snapshots = new Map<string, FactsSnapshot>();
  for (const { source, snapshot } of folded) {
    if (!snapshot) continue;
    const known = writtenUntil(written, toInstant(source.event.receivedAt));
    snapshots.set(source.event.id, withWrittenFacts({ ...snapshot, customerId }, known));
  }
  return snapshots;
}

function writtenUntil(written: WrittenFacts | undefined, end: Instant): WrittenFacts | undefined {
  if (!written) return undefined;
  const until = <T extends { readonly at: Instant }>(facts: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(facts).filter(([, { at }]) => at <= end));
  // no condition asks for arms
  return { attributes: until(written.attributes), tags: until(written.tags), arms: {} };
}
