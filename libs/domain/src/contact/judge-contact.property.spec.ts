import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDuration, type Instant, localDate, toInstant } from '../time/instant.js';
import type { ContactCandidate, PastAnswer, PastContact, ShopMonth, SurveyMark } from './contact-history.js';
import { DEFAULT_CONTACT_RULES } from './contact-rules.js';
import { judgeContact } from './judge-contact.js';
import { localMonth } from './shop-limits.js';
import { aCandidate, aHistory } from './testing.js';

const HOUR = 3_600_000;
const START = toInstant('2026-03-01T00:00:00Z');
const RULES = DEFAULT_CONTACT_RULES;
/** Of the shop, of which all these messages are. */
const SHOP = 'Pacific/Auckland';
const BUDGET = { messages: 6, cost: 500 };
/** Zones whose clocks change in these weeks, one of them at midnight. */
const ZONES = ['Europe/Paris', 'America/New_York', 'Asia/Beirut', 'Australia/Lord_Howe', 'Asia/Kolkata'];
const SURVEYS = [
  { key: 'nps', metric: 'nps' },
  { key: 'first-nps', metric: 'nps' },
  { key: 'csat', metric: 'csat' },
  { key: 'ces', metric: 'ces' },
  { key: 'return', metric: 'ces' },
] as const;

interface Wish {
  readonly candidate: ContactCandidate;
  readonly due: Instant;
}

const zone = fc.constantFrom(...ZONES);
const wishes = (where: string): fc.Arbitrary<Wish[]> =>
  fc.array(
    fc
      .record({
        class: fc.constantFrom('feedback', 'review', 'marketing'),
        survey: fc.constantFrom(...SURVEYS),
        runId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        priority: fc.integer({ min: 0, max: 100 }),
        hours: fc.integer({ min: 0, max: 60 * 24 }),
        usefulDays: fc.integer({ min: 1, max: 30 }),
        costMicros: fc.integer({ min: 0, max: 2_000_000 }),
      })
      .map(({ hours, usefulDays, survey, ...rest }) => ({
        due: START + hours * HOUR,
        candidate: aCandidate({
          ...rest,
          zone: where,
          survey: rest.class === 'feedback' ? survey : null,
          usefulUntil: START + (hours + usefulDays * 24) * HOUR,
        }),
      })),
    { minLength: 1, maxLength: 40 },
  );
const answers = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 60 * 24 }).map((hours) => START + hours * HOUR),
    metric: fc.constantFrom('nps', 'csat', 'ces'),
    isBad: fc.constant(false),
  }),
  { maxLength: 3 },
);
const scene = zone.chain((where) => fc.tuple(fc.constant(where), wishes(where), answers));

interface Sent extends PastContact {
  readonly candidate: ContactCandidate;
}

interface Life {
  readonly sent: readonly Sent[];
  readonly skipped: number;
  /** Judgements that put a message off to a time at which the same history held it again. */
  readonly inVain: readonly Instant[];
}

function monthOf(sent: readonly Sent[], at: Instant): ShopMonth {
  const month = localMonth(at, SHOP);
  const ofMonth = sent.filter((other) => localMonth(other.at, SHOP) === month);
  const costMicros = ofMonth.reduce((sum, { candidate }) => sum + (candidate.costMicros ?? 0), 0);
  return { month, zone: SHOP, currency: 'EUR', budget: BUDGET, spent: { messages: ofMonth.length, costMicros } };
}

/** What goes out when each is asked at its due time and again whenever it was put off. */
function live(wanted: readonly Wish[], said: readonly PastAnswer[]): Life {
  const queue = [...wanted];
  const sent: Sent[] = [];
  const inVain: Instant[] = [];
  let skipped = 0;
  while (queue.length > 0) {
    const next = queue.reduce((first, wish) => (wish.due < first.due ? wish : first));
    queue.splice(queue.indexOf(next), 1);
    const { candidate, due } = next;
    const answers = said.filter((answer) => answer.at <= due);
    const history = aHistory({ contacts: sent, answers, shopMonth: monthOf(sent, due) });
    const judgement = judgeContact(candidate, history, RULES, due);
    if (judgement.type === 'defer') {
      queue.push({ candidate, due: judgement.until });
      const then = judgeContact(candidate, history, RULES, judgement.until);
      if (judgement.until <= due || then.type !== 'go') inVain.push(due);
    } else if (judgement.type === 'skip') skipped += 1;
    else {
      const { class: messageClass, runId, survey } = candidate;
      sent.push({ at: due, medium: 'email', class: messageClass, runId, survey, hasReachedGoal: false, candidate });
    }
  }
  return { sent, skipped, inVain };
}

const clocks = new Map(
  ZONES.map((name) => [name, new Intl.DateTimeFormat('en-GB', { timeZone: name, hour: '2-digit', minute: '2-digit' })]),
);

function isWithinHours(at: Instant, where: string): boolean {
  const time = clocks.get(where)?.format(at) ?? '';
  return time >= '08:00' && time < '21:00';
}

/** The messages before this one that are younger than the span when it goes. */
function recent(sent: readonly Sent[], one: Sent, span: string): readonly Sent[] {
  const { zone: where } = one.candidate;
  return sent.slice(0, sent.indexOf(one)).filter((other) => addDuration(other.at, span, where) > one.at);
}

/** The rules that a message broke, worked out from the whole list afterwards. */
function breaches(one: Sent, sent: readonly Sent[], said: readonly PastAnswer[]): readonly string[] {
  const { zone: where, usefulUntil } = one.candidate;
  const sameClass = (span: string): readonly Sent[] =>
    recent(sent, one, span).filter((other) => other.class === one.class);
  const broken: Record<string, boolean> = {
    hours: !isWithinHours(one.at, where),
    useful: one.at >= (usefulUntil ?? Infinity),
    day: sent.some((other) => other !== one && localDate(other.at, where) === localDate(one.at, where)),
    week: one.class === 'marketing' && sameClass('P7D').length >= 3,
    silence: one.class === 'marketing' && isAnswered(one, said, 'P2D'),
    review: one.class === 'review' && breaksReviewRest(one, sent),
    survey: one.survey !== null && breaksSurveyRest(one, one.survey, sent, said),
    budget: isOverspent(monthOf(sent, one.at)),
    reminder: recent(sent, one, 'P3D').some((other) => isReminderOf(one, other)),
  };
  return Object.keys(broken).filter((rule) => broken[rule]);
}

function isOverspent({ spent: { messages, costMicros } }: ShopMonth): boolean {
  return messages > BUDGET.messages || costMicros > BUDGET.cost * 10_000;
}

function isReminderOf(one: Sent, other: Sent): boolean {
  const isSameAsk = one.survey
    ? other.survey?.key === one.survey.key
    : one.class === 'review' && other.class === 'review';
  return isSameAsk && other.runId === one.runId;
}

function isAnswered(one: Sent, said: readonly PastAnswer[], span: string): boolean {
  const { zone: where } = one.candidate;
  return said.some((answer) => answer.at <= one.at && addDuration(answer.at, span, where) > one.at);
}

function breaksSurveyRest(one: Sent, survey: SurveyMark, sent: readonly Sent[], said: readonly PastAnswer[]): boolean {
  const nameOf = (contact: PastContact): string => `${contact.runId} ${contact.survey?.key}`;
  const isReminder = sent.slice(0, sent.indexOf(one)).some((other) => nameOf(other) === nameOf(one));
  if (isReminder) return false;
  const month = recent(sent, one, 'P30D').filter((other) => other.survey);
  const asked = sent.slice(0, sent.indexOf(one)).filter((other) => other.survey);
  const isIgnored = (name: string): boolean => {
    const from = Math.min(...asked.filter((other) => nameOf(other) === name).map((other) => other.at));
    return !said.some((answer) => answer.at >= from && answer.at <= one.at);
  };
  const ignored = [...new Set(asked.map(nameOf))].filter(isIgnored).length;
  const resting = ignored < 2 ? month : recent(sent, one, 'P60D').filter((other) => other.survey);
  const isNps = (mark: { readonly metric: string } | null): boolean => mark?.metric === 'nps';
  if (isNps(survey)) return resting.some((other) => isNps(other.survey)) || isAnswered(one, said.filter(isNps), 'P90D');
  const asks = new Set(month.filter((other) => !isNps(other.survey)).map(nameOf));
  return asks.size >= 2 || resting.some((other) => other.survey?.key === survey.key);
}

/** Nobody here writes a review. */
function breaksReviewRest(one: Sent, sent: readonly Sent[]): boolean {
  const isOther = (other: Sent): boolean => other.class === 'review' && other.runId !== one.runId;
  const others = new Set(
    sent
      .slice(0, sent.indexOf(one))
      .filter(isOther)
      .map((other) => other.runId),
  );
  return recent(sent, one, others.size >= 2 ? 'P10D' : 'P5D').some(isOther);
}

describe('any messages to one person', () => {
  it('keep every rule, and each is sent or skipped', () => {
    fc.assert(
      fc.property(scene, ([, wanted, said]) => {
        const { sent, skipped } = live(wanted, said);
        expect(sent.length + skipped).toBe(wanted.length);
        expect(sent.flatMap((one) => breaches(one, sent, said))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('go at the time they were put off to, if nothing happens until then', () => {
    fc.assert(
      fc.property(scene, ([, wanted, said]) => expect(live(wanted, said).inVain).toEqual([])),
      { numRuns: 200 },
    );
  });
});
