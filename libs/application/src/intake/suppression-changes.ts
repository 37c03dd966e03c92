import {
  askedForSince,
  type ConsentChange,
  type CustomerFacts,
  lastWish,
  MEDIA,
  type Medium,
  toInstant,
} from '#app/domain';
import type { SuppressionChange } from '../facts/facts-store.port.js';
import type { SecretPort } from '../ports/secret.port.js';
import type { Folded } from './fold-batch.js';

/**
 * What outright words on consent mean for the addresses they concern: an opt-out that stands suppresses the address, an opt-in
 * that stands lifts what an earlier opt-out did. The last word on an address wins.
 */
export function suppressionChanges(events: readonly Folded[], secrets: SecretPort): SuppressionChange[] {
  const changes = new Map<string, SuppressionChange>();
  for (const { source, snapshot } of events) {
    const { event } = source;
    if (event.type !== 'consent.changed' || !snapshot) continue;
    const medium = MEDIA.find((each) => each === event.data.channel);
    if (!medium) continue;
    const change = changeOf(event.data, snapshot.customer, medium);
    const address = addressOf(medium, event.customer ?? {}) ?? addressOf(medium, snapshot.customer);
    if (!change || !address) continue;
    const fingerprint = secrets.fingerprint(address, 'address');
    changes.set(`${medium}|${address}`, { medium, fingerprint, ...change });
  }
  return [...changes.values()];
}

/** Evidence alone lifts nothing, nor does a word that takes something away from one class or waits to be confirmed. */
function changeOf(
  { state, classes }: ConsentChange,
  customer: CustomerFacts,
  medium: Medium,
): Pick<SuppressionChange, 'action' | 'saidAt'> | undefined {
  if (lastWish(customer, medium) !== null) {
    const isGeneral = classes === undefined && state !== 'pending';
    // a word for one class gives nobody the others back that an older word allows
    const since = state === 'opted_in' || isGeneral ? askedForSince(customer, medium) : null;
    return since === null ? undefined : { action: 'lift', saidAt: toInstant(since) };
  }
  return customer.consents[medium]?.state === 'opted_out' ? { action: 'add' } : undefined;
}

function addressOf(
  medium: Medium,
  contact: { readonly email?: string | null | undefined; readonly phone?: string | null | undefined },
): string | undefined {
  return (medium === 'email' ? contact.email?.trim().toLowerCase() : contact.phone) || undefined;
}
