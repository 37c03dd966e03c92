import type { Json } from '../facts/view.js';
import { addDuration, endOfDay, type Instant, localDate, toIso } from '../time/instant.js';
import type { ContactReason, TimedBlock } from './block.js';
import type { ContactCandidate, ContactHistory, PastCase, PastContact, SurveyMark } from './contact-history.js';
import { type ContactRules, MARKETING_WINDOW, SURVEY_WINDOW } from './contact-rules.js';
import { ignoredInRow } from './ignored-asks.js';
import { shopLimits } from './shop-limits.js';

/** The rules that count or rest and stand against the candidate at this time; each ends at a known time. */
export function restsAt(
  candidate: ContactCandidate,
  history: ContactHistory,
  rules: ContactRules,
  at: Instant,
): readonly TimedBlock[] {
  const blocks = [dayCap(candidate, history, rules.perDay, at), ...shopLimits(candidate, history, at)];
  if (candidate.class === 'marketing') blocks.push(...marketingRests(candidate, history, rules, at));
  if (candidate.class === 'review') blocks.push(...reviewRests(candidate, history, rules, at));
  if (candidate.survey) blocks.push(...surveyRests(candidate, candidate.survey, history, rules, at));
  return blocks.filter((block) => block !== null);
}

function dayCap(
  { zone }: ContactCandidate,
  { contacts }: ContactHistory,
  limit: number | null,
  at: Instant,
): TimedBlock | null {
  if (limit === null || contacts.length < limit) return null;
  const today = localDate(at, zone);
  const sameDay = contacts.filter((contact) => localDate(contact.at, zone) === today);
  if (sameDay.length < limit) return null;
  return { reason: 'day-cap', until: endOfDay(today, zone), facts: { limit, contacts: timesOf(sameDay) } };
}

function marketingRests(
  { zone }: ContactCandidate,
  { contacts, answers }: ContactHistory,
  { marketingPer7Days: limit, marketingRestAfterAnswer: rest }: ContactRules,
  at: Instant,
): (TimedBlock | null)[] {
  const marketing = contacts.filter((contact) => contact.class === 'marketing');
  const cap = capOf(marketing, limit, MARKETING_WINDOW, zone, at);
  return [
    cap && { ...cap, reason: 'marketing-cap' },
    restAfter(answers, rest, zone, at, { reason: 'rest-after-answer', name: 'answeredAt' }),
  ];
}

function reviewRests(
  { zone, runId }: ContactCandidate,
  { contacts }: ContactHistory,
  rules: ContactRules,
  at: Instant,
): (TimedBlock | null)[] {
  const label = { reason: 'review-rest', name: 'askedAt' } as const;
  const asked = contacts.filter((contact) => contact.class === 'review');
  const own = asked.filter((contact) => contact.runId === runId);
  const others = asked.filter((contact) => contact.runId !== runId);
  const ignored = ignoredInRow(others, ({ hasReachedGoal }) => hasReachedGoal);
  return [
    restAfter(own, rules.reminderRest, zone, at, label),
    restAfter(others, rules.reviewRest, zone, at, { ...label, ...doubled(ignored, rules) }),
  ];
}

/** Nothing below the limit; from there on what doubles a rest. */
function doubled(ignored: number, { doubleRestAfterIgnored: limit }: ContactRules): { readonly ignored?: number } {
  return limit !== null && ignored >= limit ? { ignored } : {};
}

/** A reminder, which is the same survey in the same run, rests from its question alone. */
function surveyRests(
  { zone, runId }: ContactCandidate,
  survey: SurveyMark,
  { contacts, answers, cases }: ContactHistory,
  rules: ContactRules,
  at: Instant,
): (TimedBlock | null)[] {
  const asked = contacts.filter((contact) => contact.survey !== null);
  const label = { reason: 'survey-rest', name: 'askedAt' } as const;
  const reminded = asked.filter((contact) => contact.runId === runId && contact.survey?.key === survey.key);
  if (reminded.length > 0) return [restAfter(reminded, rules.reminderRest, zone, at, label)];
  const afterCase = caseRest(runId, cases, rules.surveyRestAfterCase, zone, at);
  const ignored = ignoredInRow(asked, (ask) => answers.some((answer) => answer.at >= ask.at));
  const askedBefore = { ...label, ...doubled(ignored, rules) };
  if (survey.metric === 'nps') {
    const invited = asked.filter((contact) => contact.survey?.metric === 'nps');
    const answered = answers.filter((answer) => answer.metric === 'nps');
    return [
      afterCase,
      restAfter(invited, rules.npsRestAfterInvitation, zone, at, askedBefore),
      restAfter(answered, rules.npsRestAfterAnswer, zone, at, { ...label, name: 'answeredAt' }),
    ];
  }
  const same = asked.filter((contact) => contact.survey?.key === survey.key);
  const others = onePerRun(asked.filter((contact) => contact.survey?.metric !== 'nps'));
  const cap = capOf(others, rules.surveysPer30Days, SURVEY_WINDOW, zone, at);
  return [
    afterCase,
    restAfter(same, rules.surveyRest, zone, at, askedBefore),
    cap && { ...cap, reason: 'survey-rest' },
  ];
}

/** Who opened a case may ask what came of it; chores of the shop's own, which are of low priority, hold nothing. */
function caseRest(
  runId: string,
  cases: readonly PastCase[],
  rest: string | null,
  zone: string,
  at: Instant,
): TimedBlock | null {
  const others = cases.filter((file) => file.priority !== 'low' && file.runId !== runId);
  const opened = others.map(({ openedAt }) => ({ at: openedAt }));
  return restAfter(opened, rest, zone, at, { reason: 'case-rest', name: 'openedAt' });
}

/** A question and its reminders count once, by the last of them. */
function onePerRun(contacts: readonly PastContact[]): readonly PastContact[] {
  const last = new Map<string, PastContact>();
  for (const contact of contacts) {
    const key = `${contact.runId} ${contact.survey?.key}`;
    if ((last.get(key)?.at ?? -Infinity) < contact.at) last.set(key, contact);
  }
  return [...last.values()];
}

interface Timed {
  readonly at: Instant;
}

function restAfter(
  past: readonly Timed[],
  rest: string | null,
  zone: string,
  at: Instant,
  { reason, name, ignored }: { readonly reason: ContactReason; readonly name: string; readonly ignored?: number },
): TimedBlock | null {
  if (rest === null || past.length === 0) return null;
  const last = Math.max(...past.map((one) => one.at));
  const once = addDuration(last, rest, zone);
  const until = ignored === undefined ? once : addDuration(once, rest, zone);
  if (until <= at) return null;
  return { reason, until, facts: { rest, [name]: toIso(last), ...(ignored === undefined ? {} : { ignored }) } };
}

/** At most `limit` in any window of this length: free again once enough of them have left it. */
function capOf(
  past: readonly Timed[],
  limit: number | null,
  window: string,
  zone: string,
  at: Instant,
): Omit<TimedBlock, 'reason'> | null {
  if (limit === null) return null;
  const ends = (one: Timed): Instant => addDuration(one.at, window, zone);
  const within = past.filter((one) => ends(one) > at).toSorted((a, b) => b.at - a.at);
  const blocking = within[limit - 1];
  return blocking ? { until: ends(blocking), facts: { limit, window, contacts: timesOf(within) } } : null;
}

function timesOf(past: readonly Timed[]): Json {
  return past.map((one) => toIso(one.at)).toSorted();
}
