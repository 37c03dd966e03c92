import { type CustomerFacts, isErased } from '../facts/facts.js';
import type { IsoInstant } from '../time/instant.js';
import { type Medium, type MessageClass, OPTIONAL_CLASSES, type OptionalClass } from './message-class.js';
import { standingOf } from './standing.js';

export type ContactVerdict = { readonly allowed: true } | { readonly allowed: false; readonly reason: ContactRefusal };
/** `country-not-served`: the shop sends no text messages to where the number is. */
export type ContactRefusal = 'country-not-served' | 'erased' | 'no-address' | 'no-consent' | 'opted-out' | 'suppressed';

/** What nothing is sent of to an address: anything at all, or anything but service messages. */
export type SuppressionScope = 'all' | 'non_service';

const ALLOWED: ContactVerdict = { allowed: true };
const refuse = (reason: ContactRefusal): ContactVerdict => ({ allowed: false, reason });

/** Classes that need an opt-in; feedback needs only the absence of an opt-out, service neither. */
const NEEDS_OPT_IN: ReadonlySet<MessageClass> = new Set(['review', 'marketing']);
/**
 * Where nobody may be written to who hasn't asked for it, of an order neither: whoever agreed to any class has.
 * https://business.whatsapp.com/policy
 */
const ASKS_FIRST: ReadonlySet<Medium> = new Set(['whatsapp']);

/** The address of the person on a medium, null when there is none. */
export function addressOf(customer: CustomerFacts, medium: Medium): string | null {
  return medium === 'email' ? customer.email : customer.phone;
}

/**
 * May a message of this class go to this person on this medium now? Asked when a message is planned and again at hand-over,
 * inside the transaction that fences it.
 */
export function mayContact(
  customer: CustomerFacts,
  messageClass: MessageClass,
  medium: Medium,
  suppressed: SuppressionScope | null,
): ContactVerdict {
  if (isErased(customer)) return refuse('erased');
  if (addressOf(customer, medium) === null) return refuse('no-address');
  const isFree = messageClass === 'service' && !ASKS_FIRST.has(medium);
  if (suppressed === 'all' || (suppressed === 'non_service' && !isFree)) return refuse('suppressed');
  return isFree ? ALLOWED : byWord(customer, messageClass, medium);
}

function byWord(customer: CustomerFacts, messageClass: MessageClass, medium: Medium): ContactVerdict {
  const states = (messageClass === 'service' ? OPTIONAL_CLASSES : [messageClass]).map(
    (each) => standingOf(customer, each, medium).state,
  );
  if (states.includes('opted_in')) return ALLOWED;
  if (states.includes('opted_out')) return refuse('opted-out');
  return NEEDS_OPT_IN.has(messageClass) || ASKS_FIRST.has(medium) ? refuse('no-consent') : ALLOWED;
}

/**
 * Since when every class by which this person would be written to is asked for outright: the oldest of those words. Null where one
 * of them stands without such a word, or where there is none. A refusal that came after it, in a list, is about those messages too.
 */
export function askedForSince(customer: CustomerFacts, medium: Medium): IsoInstant | null {
  const words = OPTIONAL_CLASSES.filter((each) => mayContact(customer, each, medium, null).allowed).map((each) =>
    newestWish(customer, each, medium),
  );
  return words.includes(null) ? null : (words.filter((at) => at !== null).toSorted()[0] ?? null);
}

/** The newest outright word for a class that stands, its own or a general one. */
function newestWish(customer: CustomerFacts, messageClass: OptionalClass, medium: Medium): IsoInstant | null {
  const { state, by } = standingOf(customer, messageClass, medium);
  if (state !== 'opted_in' || by === null || by.level === 'evidence') return null;
  const consent = customer.consents[medium];
  const general = consent?.state === 'opted_in' ? consent.statements.in?.at : undefined;
  return general !== undefined && general > by.at ? general : by.at;
}
