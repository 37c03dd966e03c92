import { compareFigures, compareOrders, compareReadings, compute, expectedOrders, pseudoNps } from './compare.js';
import type { SeenMessage } from './compare.js';

const expected = expectedOrders([
  { order_id: 'a', review_request_due_at: '2017-05-04 10:00:00', delay_apology: '0', repeat_thank_you: '1' },
  { order_id: 'b', review_request_due_at: '', delay_apology: '1', repeat_thank_you: '0' },
]);

const message = (over: Partial<SeenMessage> = {}): SeenMessage => ({
  journey: 'review-request',
  order: 'a',
  state: 'sent',
  reason: null,
  dueAt: '2017-05-04T13:00:00.000Z',
  ...over,
});
const right = [message(), message({ journey: 'repeat-thank-you' }), message({ journey: 'delay-apology', order: 'b' })];

describe('comparing orders', () => {
  it('finds nothing where everyone got what they should, once', () => {
    expect(compareOrders(expected, right)).toEqual([]);
  });

  it('allows a review request the hour of a daylight-saving change, and not a minute more', () => {
    expect(compareOrders(expected, [message({ dueAt: '2017-05-04T14:00:00Z' }), ...right.slice(1)])).toEqual([]);
    expect(compareOrders(expected, [message({ dueAt: '2017-05-04T14:01:00Z' }), ...right.slice(1)])).toEqual([
      {
        order: 'a',
        what: 'review-request',
        expected: 'due 2017-05-04T13:00:00.000Z',
        seen: 'sent due 2017-05-04T14:01:00Z',
      },
    ]);
  });

  it('names a message that is missing, doubled, not sent, or nobody expects', () => {
    const seen = [
      message({ state: 'suppressed', reason: 'no-consent' }),
      message({ journey: 'repeat-thank-you' }),
      message({ journey: 'repeat-thank-you' }),
      message({ journey: 'repeat-thank-you', order: 'b' }),
      message({ journey: 'delay-apology', order: null }),
    ];
    const found = compareOrders(expected, seen).map(({ order, what, seen: text }) => [order, what, text]);
    expect(found).toEqual([
      ['a', 'review-request', 'suppressed (no-consent) due 2017-05-04T13:00:00.000Z'],
      ['a', 'repeat-thank-you', expect.stringMatching(/^sent .*; sent /)],
      ['b', 'delay-apology', 'none'],
      ['b', 'repeat-thank-you', expect.stringMatching(/^sent /)],
      ['no order', 'delay-apology', expect.any(String)],
    ]);
  });
});

describe('the figures', () => {
  const scores = { n: 10, csat: 70, counts: { 1: 1, 3: 2, 4: 3, 5: 4 } };

  it('take four for passive and everything below for a detractor', () => {
    expect(pseudoNps(scores)).toBeCloseTo(10);
    expect(pseudoNps({ n: 0, csat: null, counts: {} })).toBeNull();
  });

  it('count sent messages by month of the shop', () => {
    const computed = compute([...right, message({ state: 'failed' })], scores, []);
    expect(computed).toMatchObject({ reviewRequests: 1, delayApologies: 1, repeatThankYous: 1, answers: 10 });
    expect(computed.byMonth['review-request']).toEqual({ '2017-05': 1 });
  });

  it('differ by a single message and by more than half a hundredth of a percent', () => {
    const figures = { reviewRequests: 1, delayApologies: 1, repeatThankYous: 1, answers: 10, csat: 70, pseudoNps: 10 };
    expect(compareFigures(figures, { ...figures, csat: 70.004 })).toEqual([]);
    const found = compareFigures(figures, { ...figures, csat: 70.1, answers: 11, pseudoNps: null });
    expect(found.map(({ what }) => what)).toEqual(['answers', 'csat', 'pseudoNps']);
  });
});

describe('comparing two readings', () => {
  it('finds what came and what went', () => {
    expect(compareReadings(right, right.toReversed())).toEqual([]);
    const found = compareReadings(right, [...right.slice(1), message({ journey: 'delay-apology', order: 'b' })]);
    expect(found.map(({ order, seen }) => [order, seen.split(':')[0]])).toEqual([
      ['b', '1 more'],
      ['a', '1 fewer'],
    ]);
  });
});
