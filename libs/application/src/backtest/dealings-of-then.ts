import type { ContactHistory, Instant, PastAnswer, PastCase, PastContact, RivalMessage } from '#app/domain';

/** A message of another journey that was handed over. */
export interface OtherMessage extends Omit<PastContact, 'hasReachedGoal'>, RivalMessage {
  /** Key. */
  readonly journey: string;
  /** When its run reached its goal. */
  readonly goalAt: Instant | null;
}

export interface RecordedAnswer extends PastAnswer {
  /** When it was known. */
  readonly knownAt: Instant;
}

export interface KnownCase extends PastCase {
  /** When it was known: what opened it may have been told late. */
  readonly knownAt: Instant;
}

export interface RecordedCase extends KnownCase {
  /** The journey that is played opened it: it may open it again, at another time or not at all. */
  readonly isOwn: boolean;
}

/** What counts for and against further messages to one person, beside their orders. */
export interface Dealings {
  readonly messages: readonly OtherMessage[];
  readonly answers: readonly RecordedAnswer[];
  readonly cases: readonly RecordedCase[];
}

/** By our id of the person. */
export type DealingsByPerson = ReadonlyMap<string, Dealings>;

export const NO_DEALINGS: Dealings = { messages: [], answers: [], cases: [] };

/** What is known today, of all journeys: it is in the past and stays as it is. */
export function dealingsOf({ contacts, answers, cases }: ContactHistory): Dealings {
  return {
    messages: contacts.map(({ hasReachedGoal, ...contact }) => {
      return {
        ...contact,
        journey: '',
        priority: Infinity,
        dueAt: contact.at,
        goalAt: hasReachedGoal ? contact.at : null,
      };
    }),
    answers: answers.map((answer) => ({ ...answer, knownAt: answer.at })),
    cases: cases.map((file) => ({ ...file, knownAt: file.openedAt, isOwn: false })),
  };
}

/** Messages that left so soon after this one fell due were due as well, and unjudged. */
const AT_ONCE_MS = 60_000;

/** Other journeys' messages as they stood at a moment. One that left at that very moment came first only if it ranks higher. */
export function messagesAt(
  { messages }: Dealings,
  own: RivalMessage,
  now: Instant,
): { readonly past: readonly (OtherMessage & PastContact)[]; readonly rivals: readonly OtherMessage[] } {
  const counted = messages
    .filter((message) => message.class !== 'service')
    .map((message) => {
      return { hasReachedGoal: message.class === 'review' && (message.goalAt ?? Infinity) <= now, ...message };
    });
  return {
    past: counted.filter((message) => message.at < now || (message.at === now && outranks(message, own))),
    rivals: counted.filter(({ at, dueAt }) => dueAt <= now && at > now && at <= now + AT_ONCE_MS),
  };
}

/** Answers and cases as they were known at a moment. */
export function answersAt({ answers }: Dealings, now: Instant): readonly PastAnswer[] {
  return answers.filter(({ knownAt }) => knownAt <= now);
}

export function casesAt(cases: readonly KnownCase[], now: Instant): readonly PastCase[] {
  return cases
    .filter(({ knownAt }) => knownAt <= now)
    .map((file) => (file.closedAt !== null && file.closedAt > now ? { ...file, closedAt: null } : file));
}

function outranks(other: RivalMessage, own: RivalMessage): boolean {
  return other.priority > own.priority || (other.priority === own.priority && other.dueAt < own.dueAt);
}
