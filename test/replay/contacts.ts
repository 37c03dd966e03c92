import { dayOf, endOfDay, wallHour } from './wall-clock.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A message that went out, as its reader lives it. */
export interface Contact {
  /** Of the tables: one person has several customer ids */
  person: string;
  /** The table's id of the order */
  order: string | null;
  journey: string;
  step: string;
  run: string;
  class: string;
  /** Milliseconds since the epoch */
  at: number;
}

export interface Answer {
  order: string;
  at: number;
}

/** What the tables say of the people that were written to. */
export interface Lives {
  answers: ReadonlyMap<string, readonly Answer[]>;
  /** When an order was cancelled, by the table's id */
  cancelled: ReadonlyMap<string, number>;
}

export interface Breach {
  rule: string;
  person: string;
  /** ISO 8601 */
  at: string;
  what: string;
}

/** Which survey a journey asks; all its messages are invitations or reminders. */
const SURVEYS: Readonly<Record<string, { key: string; metric: 'nps' | 'csat' | 'ces' }>> = {
  'delivery-csat': { key: 'delivery-csat', metric: 'csat' },
  'return-ease': { key: 'return-ease', metric: 'ces' },
  'first-order-nps': { key: 'relationship-nps', metric: 'nps' },
  'relationship-nps': { key: 'relationship-nps', metric: 'nps' },
};

type Rule = (contact: Contact, earlier: readonly Contact[], lives: Lives) => string | undefined;

const surveyOf = ({ journey }: Contact) => SURVEYS[journey];
const isPromotional = ({ class: kind }: Contact): boolean => kind !== 'service';
/** Days are those of the wall clock: one of them may have 23 hours. */
const isWithinDays = (at: number, since: number, days: number): boolean => at - since < days * DAY_MS - HOUR_MS;
/** Events of a day are told at its end: what is sent on that day can't know them. */
const toldAt = (at: number): number => Date.parse(endOfDay(dayOf(at)));

/** The contact rules of a new shop, written down once more: what they forbid is told from the mails alone. */
const RULES: Readonly<Record<string, Rule>> = {
  'one a day': (contact, earlier) => {
    const other = earlier.find((known) => isPromotional(known) && dayOf(known.at) === dayOf(contact.at));
    return isPromotional(contact) && other ? `after ${describe(other)} on the same day` : undefined;
  },
  'from eight to nine': (contact) => {
    const hour = wallHour(contact.at);
    return isPromotional(contact) && (hour < 8 || hour >= 21) ? `at ${hour} o’clock` : undefined;
  },
  'three promotions in a week': (contact, earlier) => {
    if (contact.class !== 'marketing') return undefined;
    const week = earlier.filter((known) => known.class === 'marketing' && isWithinDays(contact.at, known.at, 7));
    return week.length >= 3 ? `${week.length} in the seven days before` : undefined;
  },
  'no promotion after an answer': (contact, _earlier, { answers }) => {
    if (contact.class !== 'marketing') return undefined;
    const heard = answers
      .get(contact.person)
      ?.find(({ at }) => toldAt(at) < contact.at && isWithinDays(contact.at, at, 2));
    return heard && `answered ${isoOf(heard.at)}`;
  },
  'a survey rests': (contact, earlier) => {
    const survey = surveyOf(contact);
    if (!survey) return undefined;
    const asked = ofOtherRuns(contact, earlier).find(
      (known) =>
        isWithinDays(contact.at, known.at, 30) &&
        (surveyOf(known)?.key === survey.key || (survey.metric === 'nps' && surveyOf(known)?.metric === 'nps')),
    );
    return asked && `after ${describe(asked)}`;
  },
  'two surveys in thirty days': (contact, earlier) => {
    const isTransactional = (known: Contact): boolean => ['csat', 'ces'].includes(surveyOf(known)?.metric ?? '');
    if (!isTransactional(contact)) return undefined;
    const asked = ofOtherRuns(contact, earlier).filter(
      (known) => isTransactional(known) && isWithinDays(contact.at, known.at, 30),
    );
    const runs = new Set(asked.map(({ run }) => run));
    return runs.size >= 2 ? `${runs.size} in the thirty days before` : undefined;
  },
  'a review rests': (contact, earlier) => {
    if (contact.class !== 'review') return undefined;
    const asked = ofOtherRuns(contact, earlier).find(
      (known) => known.class === 'review' && isWithinDays(contact.at, known.at, 5),
    );
    return asked && `after ${describe(asked)}`;
  },
  'nothing of a cancelled order': (contact, _earlier, { cancelled, answers }) => {
    const at = contact.order === null ? undefined : cancelled.get(contact.order);
    if (at === undefined || contact.at <= toldAt(at)) return undefined;
    // who speaks of it afterwards gets an answer
    const hasSpoken = answers.get(contact.person)?.some((answer) => answer.order === contact.order && answer.at >= at);
    return hasSpoken && contact.class === 'service' ? undefined : `cancelled ${isoOf(at)}`;
  },
};

export const RULE_NAMES = Object.keys(RULES);

/** Whatever went out against the rules. Knows nothing but mails and tables. */
export function findBreaches(contacts: readonly Contact[], lives: Lives): Breach[] {
  const byPerson = new Map<string, Contact[]>();
  for (const contact of contacts.toSorted((a, b) => a.at - b.at)) {
    const known = byPerson.get(contact.person);
    if (known) known.push(contact);
    else byPerson.set(contact.person, [contact]);
  }
  return [...byPerson.values()].flatMap((ofOne) =>
    ofOne.flatMap((contact, index) => breachesOf(contact, ofOne.slice(0, index), lives)),
  );
}

function breachesOf(contact: Contact, earlier: readonly Contact[], lives: Lives): Breach[] {
  return Object.entries(RULES).flatMap(([rule, judge]) => {
    const why = judge(contact, earlier, lives);
    if (why === undefined) return [];
    return [{ rule, person: contact.person, at: isoOf(contact.at), what: `${describe(contact)}: ${why}` }];
  });
}

function ofOtherRuns(contact: Contact, earlier: readonly Contact[]): Contact[] {
  return earlier.filter((known) => known.run !== contact.run);
}

const describe = ({ journey, step, at }: Contact): string => `${journey}/${step} ${isoOf(at)}`;
const isoOf = (at: number): string => new Date(at).toISOString();
