import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { type Explanation, InsightRig, type Rule, STEPS } from './insight-rig.js';

let rig: InsightRig;
beforeAll(async () => {
  rig = await InsightRig.start('explain');
}, 60_000);
afterAll(() =>
  tidyUp(
    () => expectInvariants(rig.ownerUrl),
    () => rig.stop(),
  ),
);
beforeEach(() => rig.goOn(1));

const broken = ({ rules }: Explanation): Rule[] => rules.filter(({ holds }) => !holds);

describe('a journey that was never entered', () => {
  it('was never begun by any event of the person', async () => {
    const key = await rig.publish({ trigger: 'return.requested' });
    await rig.happens('order.placed', 'never@example.com', '1');
    expect(await rig.explain('never@example.com', key)).toMatchObject({
      verdict: 'not-entered',
      version: 1,
      runs: [],
      next: null,
      rules: [{ event: null, rule: 'event', holds: false }],
      says: expect.stringContaining('return.requested; no such event of this customer was ever received'),
    });
  });

  it('had a condition on the event that did not hold', async () => {
    const key = await rig.publish({ trigger: { event: 'order.placed', where: 'order.total.amount > 5000' } });
    await rig.happens('order.placed', 'where@example.com', '10', { total: { amount: '19.90', currency: 'EUR' } });
    const told = await rig.explain('where@example.com', key);
    expect(broken(told)).toMatchObject([
      { rule: 'where', facts: { 'order.total.amount': 1990 }, event: { order: '10' } },
    ]);
    expect(told.says).toContain('order.total.amount > 5000 was not true (order.total.amount was 1990)');
  });

  it('had an audience without the person as they were known then, whatever is known today', async () => {
    const audience = 'customer.orderCount > 1 && !order.isGift';
    const key = await rig.publish({ audience });
    const email = 'then@example.com';
    for (const order of ['20', '21']) await rig.happens('order.placed', email, order);
    const first = await rig.explain(email, key, '20');
    expect(first.verdict).toBe('not-entered');
    expect(broken(first)).toMatchObject([
      { rule: 'audience', facts: { 'customer.orderCount': 1, 'order.isGift': false } },
    ]);
    expect(first.says).toContain('customer.orderCount > 1 was not true (customer.orderCount was 1)');
    expect(first.says).not.toContain('isGift was');
    const second = await rig.explain(email, key, '21');
    expect(second).toMatchObject({ verdict: 'entered', runs: [{ order: '21' }] });
    expect(second.rules.find(({ rule }) => rule === 'audience')).toMatchObject({
      holds: true,
      facts: { 'customer.orderCount': 2 },
    });
    expect((await rig.explain(email, key)).rules.filter(({ rule }) => rule === 'audience')).toHaveLength(2);
  });

  it('names the fact that was missing', async () => {
    const key = await rig.publish({ audience: 'order.parcels[0].delivered' });
    await rig.happens('order.placed', 'missing@example.com', '30');
    expect((await rig.explain('missing@example.com', key)).says).toContain('a fact was missing');
  });

  it('was not live when the event was received', async () => {
    const email = 'early@example.com';
    const [later, paused, archived, never] = [
      await rig.publish({}, false),
      await rig.publish({}),
      await rig.publish({}),
      await rig.publish({}, false),
    ];
    await rig.api.post(`/api/v1/journeys/${paused}/pause`);
    await rig.api.post(`/api/v1/journeys/${archived}/archive`);
    // all of it at one virtual instant
    await rig.happens('order.placed', email, '40');
    await rig.api.post(`/api/v1/journeys/${later}/publish`);
    await rig.api.post(`/api/v1/journeys/${paused}/resume`);
    const says = async (key: string): Promise<string | undefined> => {
      const [rule, ...others] = broken(await rig.explain(email, key));
      expect([rule?.rule, others]).toEqual(['live', []]);
      return rule?.says;
    };
    expect(await says(later)).toMatch(/had not been published .* It went live on 2 March 2026/);
    expect(await says(paused)).toMatch(/was paused .* It went live/);
    expect(await says(archived)).toMatch(/was archived/);
    expect(await says(never)).toMatch(/It never was\./);
  });

  it('was paused when it became known whose event it was', async () => {
    const key = await rig.publish({ trigger: 'shipment.delivered' });
    await rig.happens('shipment.delivered', null, '45', { parcelId: 'p' });
    await rig.goOn(1);
    await rig.api.post(`/api/v1/journeys/${key}/pause`);
    await rig.goOn(1);
    await rig.happens('order.placed', 'late@example.com', '45');
    const told = await rig.explain('late@example.com', key);
    expect(told.verdict).toBe('not-entered');
    expect(broken(told)).toMatchObject([{ rule: 'live', facts: { 'journey.state': 'paused' } }]);
  });

  it('had been entered by its key before', async () => {
    const once = await rig.publish({ entry: { key: 'customer.email', reentry: 'never' } });
    const again = await rig.publish({ entry: { key: 'customer.email', reentry: 'after-end' } });
    const email = 'again@example.com';
    await rig.happens('order.placed', email, '50');
    await rig.goOn(1);
    await rig.happens('order.placed', email, '51');
    for (const [key, why] of [
      [once, 'a key enters once only'],
      [again, 'that run was still under way'],
    ] as const) {
      const told = await rig.explain(email, key, '51');
      expect(broken(told)).toMatchObject([{ rule: 're-entry', facts: { 'entry.key': email } }]);
      expect(told.says).toContain(why);
      expect((await rig.explain(email, key)).verdict).toBe('entered');
    }
  });
});

describe('a journey that another one starts', () => {
  const starter = (journey: string) => [{ id: 'go', kind: 'start-journey', settings: { journey } }];

  it('names the other journey and why it could not start it', async () => {
    const draft = await rig.publish({ trigger: 'return.requested' }, false);
    const choosy = await rig.publish({ trigger: 'return.requested', audience: 'order.isGift' });
    const first = await rig.publish({ steps: starter(draft) });
    await rig.publish({ steps: starter(choosy) });
    await rig.happens('order.placed', 'started@example.com', '65');
    expect(broken(await rig.explain('started@example.com', draft))).toMatchObject([
      { rule: 'start', event: null, facts: { 'start.journey': first, 'start.refused': 'not-live' } },
    ]);
    expect((await rig.explain('started@example.com', choosy)).says).toContain('the customer was not in its audience');
    expect((await rig.explain('started@example.com', first)).runs[0]?.decisions.map(({ says }) => says)).toContainEqual(
      expect.stringContaining(`Could not start "${draft}"`),
    );
  });

  it('says who started it', async () => {
    const second = await rig.publish({ trigger: 'return.requested' });
    const first = await rig.publish({ steps: starter(second) });
    await rig.happens('order.placed', 'chained@example.com', '66');
    const told = await rig.explain('chained@example.com', second);
    expect(told).toMatchObject({ verdict: 'entered', rules: [], runs: [{ order: '66' }] });
    expect(told.runs[0]?.decisions[0]?.says).toContain(`Entered by the journey "${first}"`);
  });
});

describe('a journey that was entered', () => {
  it('tells its decisions and what comes next and when', async () => {
    const key = await rig.publish({ audience: '!order.isGift' });
    const email = 'waits@example.com';
    await rig.happens('order.placed', email, '60');
    const wakesAt = new Date(Date.parse(rig.now) + 86_400_000).toISOString();
    const told = await rig.explain(email, key);
    expect(told).toMatchObject({
      verdict: 'entered',
      version: 1,
      runs: [
        {
          version: 1,
          status: 'waiting',
          order: '60',
          decisions: [
            { kind: 'entered', facts: { conditions: [{ condition: '!order.isGift', result: true }] } },
            { kind: 'waited' },
          ],
        },
      ],
      next: { what: 'wake', step: 'pause', at: wakesAt, held: null },
    });
    await rig.api.post(`/api/v1/journeys/${key}/pause`);
    expect((await rig.explain(email, key)).next).toMatchObject({
      at: wakesAt,
      held: 'journey-paused',
      says: expect.stringContaining('the journey is paused'),
    });
    await rig.api.post(`/api/v1/journeys/${key}/resume`);
    await rig.api.post('/api/v1/ops/pause');
    expect((await rig.explain(email, key)).next).toMatchObject({ held: 'shop-paused' });
    await rig.api.post('/api/v1/ops/resume');
    await rig.wake();
    const { runs, next } = await rig.explain(email, key);
    expect(runs).toMatchObject([{ status: 'completed', messages: [{ state: 'queued' }] }]);
    expect(next).toMatchObject({ what: 'message', step: 'say', held: null });
  });

  it('tells the verdict that kept a message back', async () => {
    const key = await rig.publish({ class: 'marketing', steps: STEPS.slice(1), holdOut: 'none' });
    await rig.happens('order.placed', 'shy@example.com', '70');
    const told = await rig.explain('shy@example.com', key);
    expect(told.runs).toMatchObject([{ messages: [{ state: 'suppressed', reason: 'no-consent' }] }]);
    expect(told.says).toContain('was not sent: the customer has not agreed to messages of this kind');
    expect(told.next).toBeNull();
  });
});
