import { accountOf, COUNTED, type CountedStep, type ListedMessage, type ListedRun } from './accounts.js';
import { expectedOrders } from './compare.js';

const expected = expectedOrders(
  ['a', 'b', 'c', 'd'].map((order) => ({ order_id: order, review_request_due_at: '2017-05-04 10:00:00' })),
);
const message = (order: string, state = 'sent', reason: string | null = null): ListedMessage => ({
  journey: 'review-request',
  step: 'ask',
  run: `run-${order}`,
  class: 'review',
  customer: 'ann',
  order,
  state,
  reason,
  sentAt: null,
});
const messages = [message('a'), message('b', 'expired', 'day-cap'), message('c', 'queued', 'review-rest')];
const stopped = message('d', 'suppressed', 'run-exited');
const runs: ListedRun[] = [{ id: 'r', order: 'd', status: 'exited', endReason: 'exit:order.cancelled' }];
const ask: CountedStep = {
  step: 'ask',
  entered: 3,
  sent: 1,
  heldOut: 0,
  skipped: { 'day-cap': 1 },
  failed: {},
  waiting: { 'review-rest': 1 },
  exited: {},
};
const account = (told: { messages?: ListedMessage[]; runs?: ListedRun[]; funnel?: CountedStep[] }) =>
  accountOf(COUNTED[0], expected, { messages, runs, funnel: [ask], ...told });

describe('an account of expected messages', () => {
  it('says of each order what became of it', () => {
    expect(account({})).toEqual({
      journey: 'review-request',
      truth: 4,
      outcomes: {
        sent: 1,
        'skipped: day-cap': 1,
        'waiting: review-rest': 1,
        'ended before: exit:order.cancelled': 1,
      },
      faults: [],
    });
  });

  it('takes a message that the end of its run stopped for one who left there', () => {
    const funnel = [{ ...ask, exited: { 'exit:order.cancelled': 1 } }];
    expect(account({ messages: [...messages, stopped], funnel })).toMatchObject({
      outcomes: { exited: 1 },
      faults: [],
    });
  });

  it('finds an order without message and reason, a second message, and one that nobody expects', () => {
    expect(account({ runs: [] }).faults).toEqual(['d has no message, and no run that ended before']);
    const more = { ...ask, sent: 3 };
    expect(account({ messages: [...messages, message('a'), message('z')], funnel: [more] }).faults).toEqual([
      'a has 2 messages',
      'z should have no message: sent',
    ]);
  });

  it('finds a funnel that counts otherwise', () => {
    expect(account({ funnel: [{ ...ask, sent: 2, skipped: {} }] }).faults).toEqual([
      'the funnel counts 2 as sent, the list 1',
      'the funnel counts 0 as skipped: day-cap, the list 1',
    ]);
  });
});
