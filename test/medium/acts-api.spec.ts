import { randomUUID } from 'node:crypto';
import { ApiRig } from './api-rig.js';

interface CaseBody {
  readonly id: string;
  readonly topic: string;
  readonly state: string;
}
type List<T> = { readonly items: readonly T[]; readonly next: string | null };

let rig: ApiRig;
const [customer, other, run, journey] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()] as const;

beforeAll(async () => {
  rig = await ApiRig.start('acts_api');
  for (const id of [customer, other])
    await rig.owner.query(`insert into app.customer (shop_id, id, facts) values ($1, $2, '{"consents": {}}')`, [
      rig.shopId,
      id,
    ]);
  const cases = [
    [customer, 'late', 'high'],
    [customer, 'lost', 'normal'],
    [other, 'late', 'normal'],
  ];
  for (const [person, topic, priority] of cases) {
    const id = randomUUID();
    await rig.owner.query(
      `insert into app.case_file (shop_id, id, topic, title, priority, customer_id, run_id, opened_at)
       values ($1, $2, $3, 'Look into it', $4, $5, $6, '2026-03-02T10:00:00Z')`,
      [rig.shopId, id, topic, priority, person, run],
    );
    await rig.owner.query(
      `insert into app.case_note (shop_id, run_id, step, visit, act_index, case_id, title, priority, at)
       values ($1, $2, 'case', 1, 0, $3, 'Look into it', $4, '2026-03-02T10:00:00Z')`,
      [rig.shopId, randomUUID(), id, priority],
    );
  }
  await rig.owner.query(
    `insert into app.journey (shop_id, id, key, title, state) values ($1, $2, 'calls', 'Calls', 'live')`,
    [rig.shopId, journey],
  );
  await rig.owner.query(
    `insert into app.webhook_call (shop_id, id, run_id, step, visit, act_index, journey_id, customer_id, url, payload, due_at, not_before)
     values ($1, $2, $3, 'call', 1, 0, $4, $5, 'https://example.com/', '{"a": 1}', '2026-03-02T10:00:00Z', '2026-03-02T10:00:00Z')`,
    [rig.shopId, randomUUID(), run, journey, customer],
  );
}, 60_000);
afterAll(() => rig.stop());

describe('cases', () => {
  it('are listed by state and customer, page by page', async () => {
    const { body } = await rig.get<List<CaseBody>>(`/api/v1/cases?state=open&customer=${customer}`);
    expect(body.items.map(({ topic }) => topic)).toEqual(['late', 'lost']);
    expect(body.items[0]).toMatchObject({
      title: 'Look into it',
      priority: 'high',
      customer,
      order: null,
      openedAt: '2026-03-02T10:00:00.000Z',
      closedAt: null,
      notes: [{ step: 'case', at: '2026-03-02T10:00:00.000Z' }],
    });
    const first = await rig.get<List<CaseBody>>('/api/v1/cases?limit=2');
    const second = await rig.get<List<CaseBody>>(`/api/v1/cases?limit=2&cursor=${first.body.next}`);
    expect([first.body.items.length, second.body.items.length, second.body.next]).toEqual([2, 1, null]);
  });

  it('are closed once, with an outcome', async () => {
    const { body } = await rig.get<List<CaseBody>>(`/api/v1/cases?customer=${other}`);
    const id = body.items[0]?.id ?? '';
    const close = (outcome: object) => rig.post(`/api/v1/cases/${id}/close`, outcome);
    expect(await close({})).toMatchObject({ status: 422 });
    expect(await close({ outcome: 'refunded' })).toMatchObject({
      status: 200,
      body: { state: 'closed', outcome: 'refunded', closedAt: expect.any(String) },
    });
    expect(await close({ outcome: 'again' })).toMatchObject({ status: 409 });
    expect(await rig.get(`/api/v1/cases/${id}`)).toMatchObject({ body: { state: 'closed', outcome: 'refunded' } });
    expect(await rig.get<List<CaseBody>>(`/api/v1/cases?state=closed`)).toMatchObject({ body: { items: [{ id }] } });
  });

  it('that are not there are 404, and strange filters 422', async () => {
    expect(await rig.get(`/api/v1/cases/${randomUUID()}`)).toMatchObject({ status: 404 });
    expect(await rig.post(`/api/v1/cases/${randomUUID()}/close`, { outcome: 'x' })).toMatchObject({ status: 404 });
    expect(await rig.get('/api/v1/cases?state=lost')).toMatchObject({ status: 422 });
  });
});

describe('webhooks', () => {
  it('that journeys call are listed', async () => {
    expect(await rig.get(`/api/v1/webhooks/calls?state=queued&customer=${customer}`)).toMatchObject({
      body: {
        items: [
          {
            url: 'https://example.com/',
            payload: { a: 1 },
            state: 'queued',
            journey: 'calls',
            attempts: 0,
            sentAt: null,
          },
        ],
        next: null,
      },
    });
    expect(await rig.get('/api/v1/webhooks/calls?state=sent')).toMatchObject({ body: { items: [] } });
  });

  it('are signed with a secret that can be read and rotated', async () => {
    const read = async () => (await rig.get<{ secret: string }>('/api/v1/webhooks/secret')).body.secret;
    const first = await read();
    expect(first).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await read()).toBe(first);
    const rotated = await rig.post<{ secret: string }>('/api/v1/webhooks/secret/rotate');
    expect(rotated).toMatchObject({ status: 200, body: { oldSecretSignsUntil: expect.any(String) } });
    expect(await read()).toBe(rotated.body.secret);
    expect(rotated.body.secret).not.toBe(first);
  });
});
