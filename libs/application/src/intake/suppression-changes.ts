import { type ConsentFact, MEDIA, type Medium, toInstant } from '#app/domain';
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
    const consent = snapshot.customer.consents[medium];
    const action = verdict(consent);
    const address = addressOf(medium, event.customer ?? {}) ?? addressOf(medium, snapshot.customer);
    if (!action || !address) continue;
    const fingerprint = secrets.fingerprint(address, 'address');
    const saidAt = action === 'lift' && consent ? { saidAt: toInstant(consent.at) } : {};
    changes.set(`${medium}|${address}`, { medium, fingerprint, action, ...saidAt });
  }
  return [...changes.values()];
}

/** Evidence alone lifts nothing. */
function verdict(consent: ConsentFact | undefined): SuppressionChange['action'] | undefined {
  if (consent?.state === 'opted_out') return 'add';
  return consent?.state === 'opted_in' && consent.statements.in ? 'lift' : undefined;
}

function addressOf(
  medium: Medium,
  contact: { readonly email?: string | null | undefined; readonly phone?: string | null | undefined },
): string | undefined {
  return (medium === 'email' ? contact.email?.trim().toLowerCase() : contact.phone) || undefined;
}
