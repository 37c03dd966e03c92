import { jest } from '@jest/globals';
import { describeBackends } from '../support/describe-backends.js';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { orderPlaced, parcelDelivered } from '../support/shopify-orders.js';
import { Cluster, Installation, type ListedMessage } from './installation.js';

jest.setTimeout(90_000);
/** Nine in the morning in Paris. */
const START = '2026-03-02T08:00:00.000Z';

/** Everybody who orders gets one message two hours later. */
const journey = (key: string, messageClass: string, priority: number): string => `
key: ${key}
title: One of three
class: ${messageClass}
priority: ${priority}
holdOut: none
trigger: order.placed
entry: { key: order.id }
exitOn: [order.cancelled, order.refunded, return.requested]
steps:
  - { id: rest, kind: wait, settings: { for: PT2H } }
  - { id: say, kind: send, settings: { template: hello, channels: [email] } }
templates:
  hello: { en: { subject: '${key}', mjml: '<mj-text>Hello</mj-text>' } }
`;

interface Explanation {
  runs: {
    messages: { verdicts: { verdict: string; reason: string | null; until: string | null; says: string }[] }[];
  }[];
}
interface Funnel {
  steps: { step: string; waiting: Record<string, number> }[];
}

describeBackends('one person and many journeys', (backend) => {
  let cluster: Cluster;
  let shop: Installation;

  beforeAll(async () => {
    cluster = await Cluster.start();
    shop = await Installation.inVirtualTime(cluster, backend, START);
    await shop.publish(journey('offer', 'marketing', 20));
    await shop.publish(journey('question', 'feedback', 54));
    await shop.publish(journey('review', 'review', 40));
    await shop.publish(journey('receipt', 'service', 10));
  });

  afterAll(() =>
    tidyUp(
      () => shop && expectInvariants(shop.databaseUrl),
      () => shop?.stop(),
      () => cluster?.stop(),
    ),
  );

  const fates = async (): Promise<string[]> =>
    (await shop.messages(''))
      .map(
        ({ journey: key, state, reason, sentAt, notBefore }) =>
          `${key}: ${state === 'sent' ? `sent ${sentAt}` : `${reason} until ${notBefore}`}`,
      )
      .toSorted();
  const message = async (key: string): Promise<ListedMessage> => (await shop.messages(`journey=${key}`))[0]!;

  it('give one message a day, the one that matters most first, and service at once', async () => {
    const sender = await shop.sender();
    await sender.send(orderPlaced({ id: 1, email: 'ada@example.com', at: START }));
    await sender.send(parcelDelivered({ id: 1, at: START }));
    await shop.advance('PT3H');
    expect(await fates()).toEqual([
      'offer: day-cap until 2026-03-03T07:00:00.000Z',
      'question: sent 2026-03-02T10:00:00.000Z',
      'receipt: sent 2026-03-02T10:00:00.000Z',
      'review: day-cap until 2026-03-03T07:00:00.000Z',
    ]);
    const funnel = await shop.client.get<Funnel>('/api/v1/journeys/review/funnel');
    expect(funnel.steps.find(({ step }) => step === 'say')).toMatchObject({ waiting: { 'day-cap': 1 } });

    await shop.advance('P1D');
    await shop.advance('P1D');
    expect(await fates()).toEqual([
      'offer: sent 2026-03-04T07:00:00.000Z',
      'question: sent 2026-03-02T10:00:00.000Z',
      'receipt: sent 2026-03-02T10:00:00.000Z',
      'review: sent 2026-03-03T07:00:00.000Z',
    ]);
  });

  it('tell why each day', async () => {
    const { customer } = await message('offer');
    const told = await shop.client.get<Explanation>(`/api/v1/customers/${customer}/explain?journey=offer`);
    const verdicts = told.runs[0]?.messages[0]?.verdicts.filter(({ reason }) => reason !== 'outranked');
    expect(verdicts).toMatchObject([
      { verdict: 'defer', reason: 'day-cap', until: '2026-03-03T07:00:00.000Z' },
      { verdict: 'defer', reason: 'day-cap', until: '2026-03-04T07:00:00.000Z' },
      { verdict: 'go', reason: null },
    ]);
    expect(verdicts?.[0]?.says).toMatch(
      /^On 2 March 2026, 11:0\d \(Europe\/Paris\) it was put off until 3 March 2026, 08:00/,
    );
  });

  it('follow the rules that the shop sets', async () => {
    const refused = await shop.client.call('PATCH', '/api/v1/shop', {
      contactRules: { hours: { from: '9', to: '21:00' }, perDay: 0, reviewRest: '5 days', unknown: 1 },
    });
    expect(refused.status).toBe(422);
    for (const pointer of ['/contactRules/hours/from', '/contactRules/perDay', '/contactRules/reviewRest'])
      expect(refused.text).toContain(pointer);
    const change = { contactRules: { perDay: null, hours: null, reviewRest: null } };
    expect(await shop.client.patch('/api/v1/shop', change)).toMatchObject({
      contactRules: { perDay: null, hours: null, marketingPer7Days: 3, moodGuard: true },
    });
    const at = (await shop.client.get<{ now: string }>('/api/v1/clock')).now;
    const sender = await shop.sender();
    await sender.send(orderPlaced({ id: 2, email: 'ada@example.com', at }));
    await sender.send(parcelDelivered({ id: 2, at }));
    await shop.advance('PT3H');
    const second = await shop.messages('order=2');
    expect(second.map(({ state }) => state)).toEqual(['sent', 'sent', 'sent', 'sent']);
    const defaults = await shop.client.patch('/api/v1/shop', { contactRules: null });
    expect(defaults).toMatchObject({ contactRules: { perDay: 1, hours: { from: '08:00', to: '21:00' } } });
  });
});
