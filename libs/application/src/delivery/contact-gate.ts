import { addressOf, CONTACT_REASONS, mayContact, type Medium, type MessageClass } from '#app/domain';
import type { FenceVerdict, GateFacts, NewSuppression } from './delivery-store.port.js';

export type Gate =
  | { readonly isOpen: true; readonly address: string }
  | {
      readonly isOpen: false;
      readonly state: Exclude<FenceVerdict['state'], 'handing' | 'failed'>;
      readonly reason: string | null;
    };

interface Passenger {
  readonly class: MessageClass;
  readonly medium: Medium;
}

/** The last question before a message leaves, on facts that can't change until it is answered. */
export function passGate(message: Passenger, facts: GateFacts, scope: NewSuppression['scope'] | undefined): Gate {
  if (facts.isHeld) return { isOpen: false, state: 'queued', reason: null };
  if (facts.isArchived) return { isOpen: false, state: 'suppressed', reason: 'archived' };
  if (facts.hasRunExited) return { isOpen: false, state: 'suppressed', reason: 'run-exited' };
  if (facts.isExpired) return { isOpen: false, state: 'expired', reason: whatHeldIt(facts) };
  const verdict = mayContact(facts.customer, message.class, message.medium, scope ?? null);
  const address = addressOf(facts.customer, message.medium);
  if (verdict.allowed && address !== null) return { isOpen: true, address };
  return { isOpen: false, state: 'suppressed', reason: verdict.allowed ? 'no-address' : verdict.reason };
}

/** What was put off until it was of no use any more ended for the reason it was put off for. */
function whatHeldIt({ reason }: GateFacts): string {
  return CONTACT_REASONS.find((known) => known === reason) ?? 'useful-until';
}
