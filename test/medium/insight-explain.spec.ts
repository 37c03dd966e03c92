import { FireDueTimers, ProcessInbox } from '#app/application';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { ApiRig } from './api-rig.js';

interface Rule {
  event: { order: string } | null;
  rule: string;
  holds: boolean;
  facts: Record<string, unknown>;
  says: string;
}

interface Explanation {
  customer: string;
  version: number;
  verdict: string;
  says: string;
  rules: Rule[];
  runs: {
    version: number;
    status: string;
    order: string;
    decisions: { kind: string; says: string; facts: Record<string, unknown> }[];
    messages: { state: string; reason: string; says: string }[];
  }[];
  next: { what: string; step: string; at: string; held: string | null; says: string } | null;
}

const OTHER_SHOP = '0190a000-0000-7000-8000-00000000000b';
const OTHER_ID = '0190a000-0000-7000-8000-0000000000b1';
const START = Date.parse('2026-03-02T09:00:00.000Z');
const STEPS = [
  { id: 'pause', kind: 'wait', settings: { for: 'P1D' } },
  { id: 'say', kind: 'send', settings: { template: 'hello', channels: ['email'] } },
];

let rig: ApiRig;
let hours = 0;
let made = 0;

beforeAll(async () => {
  rig = await ApiRig.start('explain');
  await rig.owner.query('select app.ensure_partitions($1)', [now()]);
}, 60_000);
afterAll(() =>
  tidyUp(
    () => expectInvariants(rig.database.ownerUrl),
    () => rig.stop(),
  ),
);
beforeEach(() => goOn(1));

async function goOn(by: number): Promise<void> {
  hours += by;
  await rig.owner.query('select app.set_virtual_clock($1)', [now()]);
}

const now = (): string => new Date(START + hours * 3_600_000).toISOString();

async function publish(fields: object, isLive = true): Promise<string> {
  const key = `j${(made += 1)}`;
  const document = {
    key,
    title: 'A journey',
    class: 'service',
    trigger: 'order.placed',
    entry: { key: 'order.id' },
    steps: STEPS,
    templates: { hello: { en: { subject: 'Hello', mjml: '<mj-text>Hello</mj-text>' } } },
    ...fields,
  };
  const saved = await rig.post('/api/v1/journeys', document);
  if (saved.status !== 201) throw new Error(saved.text);
  if (isLive) await rig.post(`/api/v1/journeys/${key}/publish`);
  return key;
}

async function happens(type: string, email: string, order: string, data: object = {}): Promise<void> {
  const event = {
    id: `e${(made += 1)}`,
    type,
    occurredAt: now(),
    customer: { email },
    order: { externalId: order },
    data,
  };
  const { status, text } = await rig.post('/api/v1/events', event);
  if (status >= 300) throw new Error(text);
  await rig.app.get(ProcessInbox).run();
}

async function wake(): Promise<void> {
  await goOn(24);
  await rig.app.get(FireDueTimers).run();
}

async function idOf(email: string): Promise<string> {
  const { body } = await rig.get<{ items: { id: string }[] }>(`/api/v1/customers?email=${email}`);
  return body.items[0]?.id ?? '';
}

async function explain(email: string, journey: string, order?: string): Promise<Explanation> {
  const query = new URLSearchParams({ journey, ...(order === undefined ? {} : { order }) });
  const { status, body, text } = await rig.get<Explanation>(
    `/api/v1/customers/${await idOf(email)}/explain?${query.toString()}`,
  );
  if (status !== 200) throw new Error(text);
  return body;
}

const broken = ({ rules }: Explanation): Rule[] => rules.filter(({ holds }) => !holds);

describe('a journey that was never entered', () => {
  it('was never begun by any event of the person', async () => {
    const key = await publish({ trigger: 'return.requested' });
    await happens('order.placed', 'never@example.com', '1');
    expect(await explain('never@example.com', key)).toMatchObject({
      verdict: 'not-entered',
      version: 1,
      runs: [],
      next: null,
      rules: [{ event: null, rule: 'event', holds: false }],
      says: expect.stringContaining('return.requested; no such event of this customer was ever received'),
    });
  });

  it('had a condition on the event that did not hold', async () => {
    const key = await publish({ trigger: { event: 'order.placed', where: 'order.total.amount > 5000' } });
    await happens('order.placed', 'where@example.com', '10', { total: { amount: '19.90', currency: 'EUR' } });
    const told = await explain('where@example.com', key);
    expect(broken(told)).toMatchObject([
      { rule: 'where', facts: { 'order.total.amount': 1990 }, event: { order: '10' } },
    ]);
    expect(told.says).toContain('order.total.amount > 5000 was not true (order.total.amount was 1990)');
  });

  it('had an audience without the person as they were known then, whatever is known today', async () => {
    const audience = 'customer.orderCount > 1 && !order.isGift';
    const key = await publish({ audience });
    const email = 'then@example.com';
    for (const order of ['20', '21']) await happens('order.placed', email, order);
    const first = await explain(email, key, '20');
    expect(first.verdict).toBe('not-entered');
    expect(broken(first)).toMatchObject([
      { rule: 'audience', facts: { 'customer.orderCount': 1, 'order.isGift': false } },
    ]);
    expect(first.says).toContain('customer.orderCount > 1 was not true (customer.orderCount was 1)');
    expect(first.says).not.toContain('isGift was');
    const second = await explain(email, key, '21');
    expect(second).toMatchObject({ verdict: 'entered', runs: [{ order: '21' }] });
    expect(second.rules.find(({ rule }) => rule === 'audience')).toMatchObject({
      holds: true,
      facts: { 'customer.orderCount': 2 },
    });
    expect((await explain(email, key)).rules.filter(({ rule }) => rule === 'audience')).toHaveLength(2);
  });

  it('names the fact that was missing', async () => {
    const key = await publish({ audience: 'order.parcels[0].delivered' });
    await happens('order.placed', 'missing@example.com', '30');
    expect((await explain('missing@example.com', key)).says).toContain('a fact was missing');
  });

  it('was not live when the event was received', async () => {
    const email = 'early@example.com';
    const [later, paused, archived, never] = [
      await publish({}, false),
      await publish({}),
      await publish({}),
      await publish({}, false),
    ];
    await rig.post(`/api/v1/journeys/${paused}/pause`);
    await rig.post(`/api/v1/journeys/${archived}/archive`);
    await goOn(1);
    await happens('order.placed', email, '40');
    await goOn(1);
    await rig.post(`/api/v1/journeys/${later}/publish`);
    await rig.post(`/api/v1/journeys/${paused}/resume`);
    const says = async (key: string): Promise<string | undefined> => {
      const [rule, ...others] = broken(await explain(email, key));
      expect([rule?.rule, others]).toEqual(['live', []]);
      return rule?.says;
    };
    expect(await says(later)).toMatch(/had not been published .* It went live on 2 March 2026/);
    expect(await says(paused)).toMatch(/was paused .* It went live/);
    expect(await says(archived)).toMatch(/was archived/);
    expect(await says(never)).toMatch(/It never was\./);
  });

  it('had been entered by its key before', async () => {
    const once = await publish({ entry: { key: 'customer.email', reentry: 'never' } });
    const again = await publish({ entry: { key: 'customer.email', reentry: 'after-end' } });
    const email = 'again@example.com';
    await happens('order.placed', email, '50');
    await goOn(1);
    await happens('order.placed', email, '51');
    for (const [key, why] of [
      [once, 'a key enters once only'],
      [again, 'that run was still under way'],
    ] as const) {
      const told = await explain(email, key, '51');
      expect(broken(told)).toMatchObject([{ rule: 're-entry', facts: { 'entry.key': email } }]);
      expect(told.says).toContain(why);
      expect((await explain(email, key)).verdict).toBe('entered');
    }
  });
});

describe('a journey that was entered', () => {
  it('tells its decisions and what comes next and when', async () => {
    const key = await publish({ audience: '!order.isGift' });
    const email = 'waits@example.com';
    await happens('order.placed', email, '60');
    const wakesAt = new Date(Date.parse(now()) + 86_400_000).toISOString();
    const told = await explain(email, key);
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
    await rig.post(`/api/v1/journeys/${key}/pause`);
    expect((await explain(email, key)).next).toMatchObject({
      at: wakesAt,
      held: 'journey-paused',
      says: expect.stringContaining('the journey is paused'),
    });
    await rig.post(`/api/v1/journeys/${key}/resume`);
    await rig.post('/api/v1/ops/pause');
    expect((await explain(email, key)).next).toMatchObject({ held: 'shop-paused' });
    await rig.post('/api/v1/ops/resume');
    await wake();
    const { runs, next } = await explain(email, key);
    expect(runs).toMatchObject([{ status: 'completed', messages: [{ state: 'queued' }] }]);
    expect(next).toMatchObject({ what: 'message', step: 'say', held: null });
  });

  it('tells the verdict that kept a message back', async () => {
    const key = await publish({ class: 'marketing', steps: STEPS.slice(1), holdOut: 'none' });
    await happens('order.placed', 'shy@example.com', '70');
    const told = await explain('shy@example.com', key);
    expect(told.runs).toMatchObject([{ messages: [{ state: 'suppressed', reason: 'no-consent' }] }]);
    expect(told.says).toContain('was not sent: the customer has not agreed to messages of this kind');
    expect(told.next).toBeNull();
  });
});

describe('the way in', () => {
  it('refuses what it does not know', async () => {
    const key = await publish({});
    await happens('order.placed', 'known@example.com', '80');
    const id = await idOf('known@example.com');
    const status = async (path: string): Promise<number> => {
      const answer = await rig.get(`/api/v1/${path}`);
      const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json');
      return isProblem === answer.status >= 400 ? answer.status : -1;
    };
    expect(await status(`customers/${id}/explain?journey=${key}`)).toBe(200);
    expect(await status(`customers/${id}/explain`)).toBe(422);
    expect(await status(`customers/${id}/explain?journey=${key}&when=now`)).toBe(422);
    expect(await status(`customers/${id}/explain?journey=nobody`)).toBe(404);
    expect(await status(`customers/${OTHER_ID}/explain?journey=${key}`)).toBe(404);
    expect(await status(`journeys/${key}/funnel?version=one`)).toBe(422);
    expect(await status(`journeys/${key}/funnel?version=2`)).toBe(404);
    expect(await status(`journeys/${key}/funnel?from=yesterday`)).toBe(422);
    expect(await status(`journeys/${key}/funnel/people?state=lost`)).toBe(422);
    expect(await status(`journeys/${key}/funnel/people?cursor=eA`)).toBe(422);
    expect(await status('journeys/nobody/funnel')).toBe(404);
  });

  it('links every count to its people', async () => {
    const key = await publish({});
    await happens('order.placed', 'linked@example.com', '90');
    await happens('order.cancelled', 'linked@example.com', '90');
    const { body } = await rig.get<{
      steps: { step: string; entered: number; waiting: object; links: { waiting: Record<string, string> } }[];
    }>(`/api/v1/journeys/${key}/funnel?version=1`);
    expect(body.steps.map(({ step, entered, waiting }) => [step, entered, waiting])).toEqual([
      ['pause', 1, { time: 1 }],
      ['say', 0, {}],
    ]);
    const link = body.steps[0]?.links.waiting['time'] ?? '';
    expect(link).toContain('version=1');
    expect((await rig.get(link)).body).toMatchObject({
      items: [{ email: 'linked@example.com', order: '90', visit: 1, state: 'waiting', reason: 'time' }],
      next: null,
    });
  });

  it("shows nothing of another shop's journeys and people", async () => {
    const owner = (sql: string, ...values: unknown[]) => rig.owner.query(sql, [OTHER_SHOP, ...values]);
    await owner(
      `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'Other', 'UTC', 'EUR', 'en')`,
    );
    await owner(
      `insert into app.journey (shop_id, id, key, title, state) values ($1, $2, 'theirs', 'Theirs', 'live')`,
      OTHER_ID,
    );
    await owner(`insert into app.customer (shop_id, id, facts) values ($1, $2, '{}')`, OTHER_ID);
    const key = await publish({});
    expect((await rig.get('/api/v1/journeys/theirs/funnel')).status).toBe(404);
    expect((await rig.get('/api/v1/journeys/theirs/funnel/people')).status).toBe(404);
    expect((await rig.get(`/api/v1/customers/${OTHER_ID}/explain?journey=${key}`)).status).toBe(404);
  });
});
