import { describe, expect, it } from '@jest/globals';
import { emptyOrder, emptyParcel, type ParcelState } from '../facts/facts.js';
import { toInstant, toIso } from '../time/instant.js';
import type { ContactCandidate, ContactHistory } from './contact-history.js';
import { type ContactRules, DEFAULT_CONTACT_RULES, usefulUntilOf } from './contact-rules.js';
import { judgeContact } from './judge-contact.js';
import { aCandidate, aContact, aHistory, NO_RULES } from './testing.js';

const at = toInstant;
const NOON = '2026-03-10T12:00:00+01:00';

function verdict(
  candidate: Partial<ContactCandidate>,
  history: Partial<ContactHistory> = {},
  { rules = DEFAULT_CONTACT_RULES, now = NOON }: { rules?: ContactRules; now?: string } = {},
): string {
  const judgement = judgeContact(aCandidate(candidate), aHistory(history), rules, at(now));
  if (judgement.type === 'go') return 'go';
  return judgement.type === 'defer'
    ? `${judgement.reason} until ${toIso(judgement.until).slice(0, 16)}`
    : `skip ${judgement.reason}`;
}

const nps = { key: 'relationship-nps', metric: 'nps' } as const;
const csat = { key: 'delivery-csat', metric: 'csat' } as const;
const feedback = { class: 'feedback', survey: csat } as const;

describe('the hours', () => {
  it.each([
    ['2026-03-10T07:59:00+01:00', 'quiet-hours until 2026-03-10T07:00'],
    ['2026-03-10T08:00:00+01:00', 'go'],
    ['2026-03-10T20:59:00+01:00', 'go'],
    ['2026-03-10T21:00:00+01:00', 'quiet-hours until 2026-03-11T07:00'],
    // the clocks go forward in the night
    ['2026-03-28T22:00:00+01:00', 'quiet-hours until 2026-03-29T06:00'],
    ['2026-10-24T22:00:00+02:00', 'quiet-hours until 2026-10-25T07:00'],
  ])('at %s in Paris: %s', (now, expected) => {
    expect(verdict({}, {}, { now })).toBe(expected);
  });

  it('are those of the person’s zone', () => {
    expect(verdict({ zone: 'America/New_York' })).toBe('quiet-hours until 2026-03-10T12:00');
  });

  it('are those of every zone that may be the person’s', () => {
    const otherZones = ['America/Los_Angeles', 'America/Chicago'];
    expect(verdict({ zone: 'America/New_York', otherZones })).toBe('quiet-hours until 2026-03-10T15:00');
  });

  it('hold no mail of service', () => {
    expect(verdict({ class: 'service' }, {}, { now: '2026-03-10T03:00:00+01:00' })).toBe('go');
  });
});

describe('texts of service', () => {
  const text = { class: 'service', medium: 'sms' } as const;
  const night = '2026-03-10T03:00:00+01:00';
  const order = (state: ParcelState, delivered = false) => ({
    ...emptyOrder('o'),
    parcels: [{ ...emptyParcel('p', state, '2026-03-09T10:00:00.000Z'), delivered }],
  });
  const urgent = { ...DEFAULT_CONTACT_RULES, urgentTextsAnytime: true };

  it.each([
    ['of an order that is on its way', order('in_transit'), DEFAULT_CONTACT_RULES, 'wait'],
    ['of one that comes today', order('out_for_delivery'), DEFAULT_CONTACT_RULES, 'wait'],
    ['of one that is on its way', order('in_transit'), urgent, 'wait'],
    ['of one that comes today', order('out_for_delivery'), urgent, 'go'],
    ['of one that could not be delivered', order('attempt_failed'), urgent, 'go'],
    ['of one that came at last', order('attempt_failed', true), urgent, 'wait'],
    ['of no order', null, urgent, 'wait'],
    ['of one that is on its way', order('in_transit'), { ...DEFAULT_CONTACT_RULES, serviceTextsInHours: false }, 'go'],
    ['of one that is on its way', order('in_transit'), { ...DEFAULT_CONTACT_RULES, hours: null }, 'go'],
  ])('%s at night', (_what, about, rules, fate) => {
    const expected = fate === 'wait' ? 'quiet-hours until 2026-03-10T07:00' : 'go';
    expect(verdict({ ...text, order: about }, {}, { rules, now: night })).toBe(expected);
  });

  it('are those on WhatsApp as well', () => {
    expect(verdict({ class: 'service', medium: 'whatsapp' }, {}, { now: night })).toBe(
      'quiet-hours until 2026-03-10T07:00',
    );
  });

  it('keep to the hours and to nothing else', () => {
    const contacts = [aContact({ at: at('2026-03-10T08:30:00+01:00') })];
    const shopDay = { day: '2026-03-10', zone: 'Europe/London', handed: 100, limit: 100 } as const;
    expect(verdict(text, { contacts, shopDay })).toBe('go');
    const usefulUntil = at('2026-03-10T06:00:00Z');
    expect(verdict({ ...text, usefulUntil }, {}, { now: night })).toBe('skip quiet-hours');
  });
});

describe('the limits', () => {
  it('let one message a day out, of whatever class, and the next one in the morning', () => {
    const contacts = [aContact({ at: at('2026-03-10T08:30:00+01:00'), class: 'feedback' })];
    expect(verdict({}, { contacts })).toBe('day-cap until 2026-03-11T07:00');
    expect(verdict({}, { contacts }, { now: '2026-03-11T08:00:00+01:00' })).toBe('go');
    expect(verdict({ class: 'service' }, { contacts })).toBe('go');
  });

  it('let nothing out beyond the ceiling of the shop until its own midnight, but service messages', () => {
    const shopDay = { day: '2026-03-10', zone: 'Europe/London', handed: 100, limit: 100 } as const;
    expect(verdict({}, { shopDay }, { rules: NO_RULES })).toBe('shop-ceiling until 2026-03-11T00:00');
    expect(verdict({ class: 'review' }, { shopDay })).toBe('shop-ceiling until 2026-03-11T07:00');
    expect(verdict({ usefulUntil: at('2026-03-10T20:00:00Z') }, { shopDay })).toBe('skip shop-ceiling');
    expect(verdict({ class: 'service' }, { shopDay })).toBe('go');
    expect(verdict({}, { shopDay: { ...shopDay, handed: 99 } })).toBe('go');
    expect(verdict({}, { shopDay: { ...shopDay, day: '2026-03-09' } })).toBe('go');
  });

  it('let three marketing messages out in seven days, the next when the first of them is a week old', () => {
    const contacts = ['04', '06', '08'].map((day) => aContact({ at: at(`2026-03-${day}T10:00:00Z`) }));
    expect(verdict({}, { contacts })).toBe('marketing-cap until 2026-03-11T10:00');
    expect(verdict({ class: 'review' }, { contacts })).toBe('go');
    expect(verdict({}, { contacts: contacts.slice(1) })).toBe('go');
  });

  it('keep marketing silent for two days after an answer', () => {
    const answers = [{ at: at('2026-03-09T10:00:00Z'), metric: 'csat', isBad: false } as const];
    expect(verdict({}, { answers })).toBe('rest-after-answer until 2026-03-11T10:00');
    expect(verdict({ class: 'review' }, { answers })).toBe('go');
  });

  it('rest a month after an NPS question and three after an answer to one', () => {
    const asked = [aContact({ at: at('2026-03-01T10:00:00Z'), class: 'feedback', survey: { ...nps, key: 'other' } })];
    const ask = { class: 'feedback', survey: nps } as const;
    expect(verdict(ask, { contacts: asked })).toBe('survey-rest until 2026-03-31T09:00');
    const answers = [{ at: at('2026-02-01T10:00:00Z'), metric: 'nps', isBad: false } as const];
    expect(verdict(ask, { contacts: asked, answers })).toBe('survey-rest until 2026-05-02T09:00');
    expect(verdict(feedback, { contacts: asked, answers })).toBe('go');
  });

  it('rest a month before the same CSAT survey and ask two of all in that time', () => {
    const earlier = (day: string, key: string) =>
      aContact({ at: at(`2026-03-${day}T10:00:00Z`), class: 'feedback', runId: key, survey: { key, metric: 'ces' } });
    expect(verdict(feedback, { contacts: [earlier('02', csat.key)] })).toBe('survey-rest until 2026-04-01T09:00');
    expect(verdict(feedback, { contacts: [earlier('02', 'a')] })).toBe('go');
    expect(verdict(feedback, { contacts: [earlier('02', 'a'), earlier('03', 'a')] })).toBe('go');
    expect(verdict(feedback, { contacts: [earlier('02', 'a'), earlier('03', 'b')] })).toBe(
      'survey-rest until 2026-04-01T09:00',
    );
  });

  it('let a reminder through the other rests three days after its question, and count it for the day', () => {
    const contacts = [aContact({ at: at('2026-03-06T10:00:00Z'), class: 'feedback', runId: 'run', survey: nps })];
    const reminder = { class: 'feedback', survey: nps } as const;
    expect(verdict(reminder, { contacts })).toBe('go');
    expect(verdict(reminder, { contacts: contacts.map((one) => ({ ...one, at: at('2026-03-09T10:00:00Z') })) })).toBe(
      'survey-rest until 2026-03-12T10:00',
    );
    const today = [...contacts, aContact({ at: at('2026-03-10T09:00:00Z') })];
    expect(verdict(reminder, { contacts: today })).toBe('day-cap until 2026-03-11T07:00');
  });

  it('rest five days between the review requests of two runs, three before a reminder', () => {
    const contacts = [aContact({ at: at('2026-03-08T10:00:00Z'), class: 'review' })];
    expect(verdict({ class: 'review' }, { contacts })).toBe('review-rest until 2026-03-13T10:00');
    expect(verdict({ class: 'review', runId: 'earlier' }, { contacts })).toBe('review-rest until 2026-03-11T10:00');
    const older = [aContact({ at: at('2026-03-07T10:00:00Z'), class: 'review' })];
    expect(verdict({ class: 'review', runId: 'earlier' }, { contacts: older })).toBe('go');
  });

  it('keep surveys away for two weeks after a case was opened, but for those of the run that opened it', () => {
    const opened = {
      topic: 'unhappy-customer',
      openedAt: at('2026-03-01T10:00:00Z'),
      closedAt: at('2026-03-02T10:00:00Z'),
    };
    const cases = [{ ...opened, priority: 'high', runId: 'care' }] as const;
    expect(verdict(feedback, { cases })).toBe('case-rest until 2026-03-15T10:00');
    expect(verdict({ class: 'feedback', survey: nps }, { cases })).toBe('case-rest until 2026-03-15T10:00');
    expect(verdict({ ...feedback, runId: 'care' }, { cases })).toBe('go');
    expect(verdict({ class: 'review' }, { cases })).toBe('go');
    expect(verdict(feedback, { cases: [{ ...opened, priority: 'low', runId: 'care' }] })).toBe('go');
    expect(verdict(feedback, { cases }, { now: '2026-03-15T12:00:00+01:00' })).toBe('go');
    const asked = [aContact({ at: at('2026-02-28T10:00:00Z'), class: 'feedback', runId: 'run', survey: csat })];
    expect(verdict(feedback, { cases, contacts: asked })).toBe('go');
  });

  it('are twice as long after two questions in a row without an answer', () => {
    const ask = (day: string, runId: string) =>
      aContact({ at: at(`2026-${day}T10:00:00Z`), class: 'feedback', runId, survey: csat });
    const contacts = [ask('01-01', 'one'), ask('02-05', 'two'), ask('02-09', 'two')];
    const question = { ...feedback, usefulUntil: at('2026-06-01T10:00:00Z') };
    expect(verdict(question, { contacts })).toBe('survey-rest until 2026-04-10T09:00');
    expect(verdict(question, { contacts: contacts.slice(1) })).toBe('survey-rest until 2026-03-11T10:00');
    const answers = [{ at: at('2026-02-10T10:00:00Z'), metric: 'csat', isBad: false } as const];
    expect(verdict(question, { contacts, answers })).toBe('survey-rest until 2026-03-11T10:00');
    const rules = { ...DEFAULT_CONTACT_RULES, doubleRestAfterIgnored: 3 };
    expect(verdict(question, { contacts }, { rules })).toBe('survey-rest until 2026-03-11T10:00');
  });

  it('are twice as long after two review requests in a row that brought none', () => {
    const asked = ['02', '08'].map((day) =>
      aContact({ at: at(`2026-03-${day}T10:00:00Z`), class: 'review', runId: day }),
    );
    expect(verdict({ class: 'review' }, { contacts: asked })).toBe('review-rest until 2026-03-18T10:00');
    const written = asked.map((one) => ({ ...one, hasReachedGoal: one.runId === '08' }));
    expect(verdict({ class: 'review' }, { contacts: written })).toBe('review-rest until 2026-03-13T10:00');
    // a survey is no review
    const answers = [{ at: at('2026-03-09T10:00:00Z'), metric: 'nps', isBad: false } as const];
    expect(verdict({ class: 'review' }, { contacts: asked, answers })).toBe('review-rest until 2026-03-18T10:00');
  });

  it('are none when all rules are off', () => {
    const contacts = Array.from({ length: 9 }, (_, n) => aContact({ at: at(NOON) - n, class: 'review', survey: nps }));
    const answers = [{ at: at(NOON), metric: 'nps', isBad: true } as const];
    for (const messageClass of ['feedback', 'review', 'marketing'] as const) {
      const history = { contacts, answers, rivals: [{ priority: 99, dueAt: 0 }] };
      const now = '2026-03-10T03:00:00Z';
      expect(verdict({ class: messageClass, survey: nps }, history, { rules: NO_RULES, now })).toBe('go');
    }
  });
});

describe('what comes too late', () => {
  const contacts = [aContact({ at: at('2026-03-10T08:30:00+01:00') })];

  it('is skipped at once, with the rule that stands against it', () => {
    expect(verdict({ usefulUntil: at('2026-03-11T08:00:00+01:00') }, { contacts })).toBe('skip day-cap');
    expect(verdict({ usefulUntil: at('2026-03-11T08:01:00+01:00') }, { contacts })).toBe(
      'day-cap until 2026-03-11T07:00',
    );
  });

  it('names no other rule than the last that stands against it', () => {
    const four = ['04', '06', '08', '10'].map((day) => aContact({ at: at(`2026-03-${day}T08:00:00Z`) }));
    expect(verdict({}, { contacts: four })).toBe('marketing-cap until 2026-03-13T08:00');
  });

  it('is by default what has waited a fortnight, and no service message', () => {
    const until = (messageClass: 'service' | 'review', usefulUntil: number | null) =>
      usefulUntilOf({ class: messageClass, dueAt: at(NOON), usefulUntil }, 'Europe/Paris');
    expect(toIso(until('review', null) ?? 0)).toBe('2026-03-24T11:00:00.000Z');
    expect([until('review', 5), until('service', null), until('service', 5)]).toEqual([5, null, 5]);
  });
});

describe('rank', () => {
  it('lets who matters more go first', () => {
    const rivals = [{ priority: 60, dueAt: 10 }];
    expect(verdict({ priority: 50 }, { rivals })).toBe('outranked until 2026-03-10T11:01');
    expect(verdict({ priority: 60, dueAt: 10 }, { rivals })).toBe('go');
    expect(verdict({ priority: 60, dueAt: 11 }, { rivals })).toBe('outranked until 2026-03-10T11:01');
    expect(verdict({ priority: 50, class: 'service' }, { rivals })).toBe('go');
  });

  it('is of no account while another rule stands against the message', () => {
    const contacts = [aContact({ at: at('2026-03-10T08:30:00+01:00') })];
    expect(verdict({ priority: 1 }, { contacts, rivals: [{ priority: 60, dueAt: 0 }] })).toMatch('day-cap');
  });
});

describe('the facts of a judgement', () => {
  it('say which messages filled the limit', () => {
    const contacts = [aContact({ at: at('2026-03-10T08:30:00+01:00') })];
    expect(judgeContact(aCandidate(), aHistory({ contacts }), DEFAULT_CONTACT_RULES, at(NOON))).toMatchObject({
      facts: { limit: 1, contacts: ['2026-03-10T07:30:00.000Z'] },
    });
  });
});
