import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { emptyOrder, emptyParcel, type OrderFacts, type ParcelFacts } from '../facts/facts.js';
import { toInstant } from '../time/instant.js';
import { isBadAnswer } from './bad-answer.js';
import type { ContactHistory, PastCase } from './contact-history.js';
import { DEFAULT_CONTACT_RULES } from './contact-rules.js';
import { judgeContact } from './judge-contact.js';
import { aCandidate, aHistory } from './testing.js';

const NOW = '2026-03-10T11:00:00.000Z';

function aParcel(fields: Partial<ParcelFacts> = {}): ParcelFacts {
  return { ...emptyParcel('parcel', 'in_transit', '2026-03-05T10:00:00.000Z'), ...fields };
}
function anOrder(fields: Partial<OrderFacts> = {}): OrderFacts {
  return { ...emptyOrder('order'), placedAt: '2026-03-01T10:00:00.000Z', ...fields };
}
const delivered = aParcel({ state: 'delivered', delivered: true });
function aCase(fields: Partial<PastCase> = {}): PastCase {
  return {
    topic: 'unhappy-customer',
    runId: 'care',
    priority: 'high',
    openedAt: toInstant('2026-03-09T10:00:00Z'),
    closedAt: null,
    ...fields,
  };
}

function marketing(history: Partial<ContactHistory>, now = NOW): string {
  const judgement = judgeContact(aCandidate(), aHistory(history), DEFAULT_CONTACT_RULES, toInstant(now));
  return judgement.type === 'go' ? 'go' : judgement.reason;
}
function review(order: OrderFacts, now = NOW): string {
  const judgement = judgeContact(
    aCandidate({ class: 'review', order }),
    aHistory(),
    DEFAULT_CONTACT_RULES,
    toInstant(now),
  );
  return judgement.type === 'go' ? 'go' : judgement.reason;
}

describe('marketing', () => {
  const late = { promisedDate: '2026-03-08', parcels: [aParcel()] };
  const refund = { id: 'r', at: NOW, amount: null, full: false };

  it.each<[string, OrderFacts, string]>([
    ['waits once the promised day is over', anOrder(late), 'mood:late-parcel'],
    ['waits when nothing was shipped by then', anOrder({ promisedDate: '2026-03-09' }), 'mood:late-parcel'],
    ['goes on the promised day', anOrder({ promisedDate: '2026-03-10' }), 'go'],
    [
      'waits when the carrier expects the parcel after the promised day',
      anOrder({ promisedDate: '2026-03-12', parcels: [aParcel({ estimatedDeliveryAt: '2026-03-14T10:00:00.000Z' })] }),
      'mood:late-parcel',
    ],
    ['goes once the late parcel is there', anOrder({ ...late, parcels: [delivered] }), 'go'],
    ['goes when the late order was cancelled', anOrder({ ...late, cancelledAt: NOW }), 'go'],
    ['goes when the late order was refunded', anOrder({ ...late, refunds: [refund] }), 'go'],
    ['goes when the parcel was due two months ago', anOrder({ ...late, promisedDate: '2026-01-05' }), 'go'],
    ['goes when no day was promised', anOrder({ parcels: [aParcel()] }), 'go'],
    [
      'waits when nobody was at home',
      anOrder({ parcels: [delivered, aParcel({ id: 'second', state: 'attempt_failed' })] }),
      'mood:failed-delivery',
    ],
    [
      'goes when the carrier lost the parcel long ago',
      anOrder({ parcels: [aParcel({ state: 'exception', stateAt: '2025-12-01T10:00:00.000Z' })] }),
      'go',
    ],
  ])('%s', (_title, order, expected) => {
    expect(marketing({ orders: [anOrder(), order] })).toBe(expected);
  });

  it('waits while a case is open, unless it is a chore of low priority', () => {
    expect(marketing({ cases: [aCase()] })).toBe('mood:open-case');
    expect(marketing({ cases: [aCase({ priority: 'low' })] })).toBe('go');
    expect(marketing({ cases: [aCase({ closedAt: toInstant(NOW) })] })).toBe('go');
  });

  it('waits a fortnight after a bad answer, or until a case was closed on it', () => {
    const answers = [{ at: toInstant('2026-03-01T10:00:00Z'), metric: 'nps', isBad: true } as const];
    expect(marketing({ answers })).toBe('mood:complaint');
    expect(marketing({ answers, cases: [aCase({ closedAt: toInstant('2026-02-20T10:00:00Z') })] })).toBe(
      'mood:complaint',
    );
    expect(marketing({ answers, cases: [aCase({ closedAt: toInstant('2026-03-02T10:00:00Z') })] })).toBe('go');
    expect(marketing({ answers }, '2026-03-16T11:00:00Z')).toBe('go');
    expect(marketing({ answers: answers.map((answer) => ({ ...answer, isBad: false })) })).toBe('go');
  });

  it('waits a week after somebody wrote, or until a case was closed on it', () => {
    const repliedAt = toInstant('2026-03-06T10:00:00Z');
    expect(marketing({ repliedAt })).toBe('mood:reply');
    expect(marketing({ repliedAt, cases: [aCase({ closedAt: toInstant('2026-03-05T10:00:00Z') })] })).toBe(
      'mood:reply',
    );
    expect(marketing({ repliedAt, cases: [aCase({ closedAt: toInstant('2026-03-07T10:00:00Z') })] })).toBe('go');
    expect(marketing({ repliedAt }, '2026-03-13T11:00:00Z')).toBe('go');
  });

  it('is looked at again a day later, and at the end of its use', () => {
    const asked = (usefulUntil: string | null) =>
      judgeContact(
        aCandidate({ usefulUntil: usefulUntil === null ? null : toInstant(usefulUntil) }),
        aHistory({ cases: [aCase()] }),
        DEFAULT_CONTACT_RULES,
        toInstant(NOW),
      );
    expect(asked(null)).toMatchObject({ type: 'defer', until: toInstant('2026-03-11T11:00:00Z') });
    expect(asked('2026-03-10T15:00:00Z')).toMatchObject({ type: 'defer', until: toInstant('2026-03-10T15:00:00Z') });
  });
});

describe('a review request', () => {
  it.each<[string, OrderFacts, string]>([
    ['goes when everything is there', anOrder({ parcels: [delivered] }), 'go'],
    ['waits for the second parcel', anOrder({ parcels: [delivered, aParcel({ id: 'second' })] }), 'order-under-way'],
    ['waits while nothing is shipped', anOrder(), 'order-under-way'],
    ['goes when shipped by a carrier that reports nothing', anOrder({ fulfilledAt: NOW }), 'go'],
    [
      'goes when the parcel was last heard of three weeks ago',
      anOrder({ parcels: [aParcel({ stateAt: '2026-02-16T10:00:00.000Z' })] }),
      'go',
    ],
    [
      'waits while a return is under way',
      anOrder({ parcels: [delivered], returnRequestedAt: NOW }),
      'return-under-way',
    ],
    [
      'goes when the return came to nothing',
      anOrder({ parcels: [delivered], returnRequestedAt: '2026-01-01T10:00:00.000Z' }),
      'go',
    ],
    ['isn’t held for an order that was called off', anOrder({ cancelledAt: NOW }), 'go'],
  ])('%s', (_title, order, expected) => {
    expect(review(order)).toBe(expected);
  });

  it('fares the same whatever the person answered and whatever case is open', () => {
    const answer = fc.record({
      at: fc.integer({ min: toInstant('2026-01-01T00:00:00Z'), max: toInstant(NOW) }),
      metric: fc.constantFrom('nps', 'csat', 'ces'),
      isBad: fc.boolean(),
    });
    const file = fc.record({
      topic: fc.constantFrom('unhappy-customer', 'late-delivery'),
      runId: fc.constantFrom('run', 'care'),
      priority: fc.constantFrom('low', 'normal', 'high', 'urgent'),
      openedAt: fc.constant(0),
      closedAt: fc.option(fc.integer({ min: 0, max: toInstant(NOW) })),
    });
    const order = fc.constantFrom(anOrder(), anOrder({ parcels: [delivered] }), null);
    fc.assert(
      fc.property(fc.array(answer), fc.array(file), order, (answers, cases, about) => {
        const judge = (history: Partial<ContactHistory>) =>
          judgeContact(
            aCandidate({ class: 'review', order: about }),
            aHistory(history),
            DEFAULT_CONTACT_RULES,
            toInstant(NOW),
          );
        expect(judge({ answers, cases } as Partial<ContactHistory>)).toEqual(judge({}));
      }),
    );
  });
});

describe('isBadAnswer', () => {
  const stars = { min: 1, max: 5, polarity: 'higher-better', topK: 2 } as const;
  const effort = { min: 1, max: 7, polarity: 'lower-better', topK: 2 } as const;
  const bad = (metric: 'nps' | 'csat' | 'ces', scale: typeof stars | typeof effort) =>
    Array.from({ length: 11 }, (_, score) => score).filter(
      (score) => score >= scale.min && score <= scale.max && isBadAnswer(metric, score, scale),
    );

  it('is 0 to 6 of ten, or the two worst values of the scale', () => {
    expect([6, 7].map((score) => isBadAnswer('nps', score, { ...stars, min: 0, max: 10 }))).toEqual([true, false]);
    expect(bad('csat', stars)).toEqual([1, 2]);
    expect(bad('ces', effort)).toEqual([6, 7]);
  });
});
