import type { ConsentState } from '../event/event.js';
import type { ClassStatements, ConsentFact, ConsentStatement, CustomerFacts } from '../facts/facts.js';
import type { IsoInstant } from '../time/instant.js';
import { type Medium, OPTIONAL_CLASSES, type OptionalClass } from './message-class.js';

/** How somebody stands to a class of messages on a channel, and the word by which they do. */
export interface Standing {
  readonly state: ConsentState | 'none';
  readonly by: ConsentStatement | null;
}

/**
 * The newest outright word counts, of the class or of the whole channel; said at the same instant, the refusal. A general opt-in is
 * one to marketing, which is what shops ask for: whoever refused surveys or review requests by themselves gets none until they
 * allow those again.
 */
export function standingOf(
  { consents, choices }: Pick<CustomerFacts, 'consents' | 'choices'>,
  messageClass: OptionalClass,
  channel: Medium,
): Standing {
  const consent = consents[channel];
  const chosen = choices?.[channel]?.[messageClass];
  return (
    (chosen && standingByChoice(chosen, consent?.statements ?? {}, messageClass)) ??
    (consent ? { state: consent.state, by: wordBehind(consent) } : { state: 'none', by: null })
  );
}

/** Undefined where the word on the whole channel counts. */
function standingByChoice(
  { in: allowed, out: refused }: ClassStatements,
  { in: optIn, out: optOut }: ConsentFact['statements'],
  messageClass: OptionalClass,
): Standing | undefined {
  const isAllowed = isAfter(allowed, refused);
  if (isAllowed && isAfter(allowed, optOut)) return { state: 'opted_in', by: allowed ?? null };
  const isTakenBack = isAllowed || (messageClass === 'marketing' && isAfter(optIn, refused));
  return refused && !isTakenBack ? { state: 'opted_out', by: refused } : undefined;
}

/**
 * When they last asked outright for messages of some class that they stand by, so that their address must not stay on the list of
 * refusals; null when they didn't.
 */
export function lastWish(customer: Pick<CustomerFacts, 'consents' | 'choices'>, channel: Medium): IsoInstant | null {
  const wishes = OPTIONAL_CLASSES.flatMap((each) => {
    const { state, by } = standingOf(customer, each, channel);
    return state === 'opted_in' && by && by.level !== 'evidence' ? [by.at] : [];
  });
  return wishes.toSorted().at(-1) ?? null;
}

function isAfter(a: ConsentStatement | undefined, b: ConsentStatement | undefined): boolean {
  return a !== undefined && (b === undefined || a.at > b.at);
}

function wordBehind({ state, statements }: ConsentFact): ConsentStatement | null {
  if (state === 'pending') return statements.pending ?? null;
  if (state === 'opted_out') return statements.out ?? null;
  return (isAfter(statements.in, statements.out) ? statements.in : statements.evidence) ?? null;
}
