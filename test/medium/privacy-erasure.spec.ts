import { VirtualClockPort } from '#app/application';
import { expectInvariants } from '../support/invariants.js';
import { ApiRig } from './api-rig.js';
import { at, Life, PERSON } from './privacy-life.js';

interface Funnel {
  readonly steps: readonly {
    readonly step: string;
    readonly entered: number;
    readonly sent: number;
    readonly passed: number;
    readonly waiting: Readonly<Record<string, number>>;
  }[];
}

interface Request {
  readonly id: string;
  readonly state: string;
  readonly counts: Record<string, number>;
}

let rig: ApiRig;
let life: Life;
let other: string;
let customerId: string;

const OTHER = { externalId: 'somebody-else', email: 'somebody@mail.example' };
const erase = (id: string) => rig.post<Request>(`/api/v1/customers/${id}/erase`, { reason: 'asked' });
const counts = async () => {
  const { body: csat } = await rig.get('/api/v1/scores/csat');
  const { body: funnel } = await rig.get<Funnel>('/api/v1/journeys/everything/funnel');
  const { rows } = await rig.owner.query(
    `select (select count(*) from app.orders) as orders, (select count(distinct customer_id) from app.orders) as customers,
       (select sum((facts->'total'->>'amount')::numeric) from app.orders) as revenue, (select sum(points) from app.points_entry) as points,
       (select count(*) from app.message) as messages, (select count(*) from app.journey_run) as runs`,
  );
  return { csat, funnel, totals: rows[0] };
};

beforeAll(async () => {
  rig = await ApiRig.start('erasure-whole');
  life = new Life(rig);
  await life.open();
  await life.tell({
    type: 'order.placed',
    customer: OTHER,
    order: { externalId: 'their-order' },
    data: { total: { amount: '5.00', currency: 'EUR' } },
  });
  await life.deliver();
  await life.live();
  customerId = (await life.idOf(PERSON.email)) ?? '';
  other = (await life.idOf(OTHER.email)) ?? '';
}, 120_000);
afterAll(() => rig.stop());

describe('a person who asks to be erased', () => {
  let before: Awaited<ReturnType<typeof counts>>;
  let theirs: unknown;

  it('has left traces in all of the database', async () => {
    const found = await life.canaries();
    for (const name of Object.keys(PERSON)) expect(found.some((find) => find.includes(`: ${name} as`))).toBe(true);
    const tables = new Set(found.map((find) => find.split(':')[0]?.replace(/_(\d{4}_\d\d|\d+)$/, '')));
    expect([...tables].toSorted()).toEqual(
      [
        'case_file',
        'consent_record',
        'customer',
        'customer_attribute',
        'customer_identity',
        'dead_letter',
        'delivery_attempt',
        'event',
        'inbox_dedupe',
        'inbox_event',
        'journey_run',
        'message',
        'message_content',
        'orders',
        'run_journal',
        'survey_answer',
        'webhook_call',
      ].map((table) => `app.${table}`),
    );
  });

  it('is gone for everybody when the call returns, and nothing waits to go out to them', async () => {
    [before, theirs] = [await counts(), (await rig.get(`/api/v1/customers/${other}/timeline`)).body];
    expect(await erase(customerId)).toMatchObject({
      status: 202,
      body: { kind: 'erase', state: 'open', reason: 'asked' },
    });
    expect(await life.idOf(PERSON.email)).toBeUndefined();
    expect((await rig.get(`/api/v1/customers/${customerId}`)).body).toMatchObject({ email: null, firstName: null });
    const { rows } = await rig.owner.query(
      `select status, end_reason from app.journey_run where customer_id = $1 order by 1 desc`,
      [customerId],
    );
    expect(rows).toEqual([
      { status: 'exited', end_reason: 'erased' },
      { status: 'completed', end_reason: 'end' },
    ]);
  });

  it('is nowhere to be found once the erasure is done, in no table and in no form', async () => {
    await life.erasures();
    expect(await erase(customerId)).toMatchObject({ status: 202, body: { state: 'done' } });
    expect(await life.canaries()).toEqual([]);
  });

  it('still counts: scores, funnels, sums and invariants are what they were', async () => {
    const now = await counts();
    expect(now.csat).toEqual(before.csat);
    expect(now.totals).toEqual(before.totals);
    // the visit at which the person waited is over; nothing else moves
    const [was, is] = [before, now].map(({ funnel }) =>
      funnel.steps.map(({ step, entered, sent, passed, waiting }) => ({
        step,
        entered,
        sent,
        passed,
        waiting: step === 'rest' ? waiting.time : waiting,
      })),
    );
    expect(is).toEqual(was?.map((one) => (one.step === 'rest' ? { ...one, waiting: 1 } : one)));
    await expectInvariants(rig.database.ownerUrl);
  });

  it('takes nobody else along', async () => {
    expect((await rig.get(`/api/v1/customers/${other}/timeline`)).body).toEqual(theirs);
    expect((await rig.get(`/api/v1/customers/${other}`)).body).toMatchObject({ email: OTHER.email });
  });
});

describe('what comes after an erasure', () => {
  const { email, externalId, phone, orderId, verbatim, lastName } = PERSON;
  const customers = async () => Number((await rig.owner.query('select count(*) as n from app.customer')).rows[0]?.n);

  it('leaves no trace when it is about the past or tells nothing but the name', async () => {
    const known = await customers();
    const profile = { lastName };
    const data = { profile, total: { amount: '19.90', currency: 'EUR' } };
    // the same again, a late import, news of the old order, a new profile, a carrier's word, a question from long ago
    await life.tell({
      id: PERSON.eventId,
      type: 'order.placed',
      customer: { externalId, email, phone },
      order: { externalId: orderId },
      data,
    });
    await life.tell({
      type: 'order.placed',
      customer: { email },
      order: { externalId: 'never-seen' },
      occurredAt: at(-500),
      data,
    });
    await life.tell({ type: 'order.refunded', order: { externalId: orderId }, occurredAt: at(5) });
    await life.tell({ type: 'customer.updated', customer: { externalId }, occurredAt: at(5), data: { profile } });
    await life.tell({
      type: 'shipment.delivered',
      order: { externalId: orderId },
      occurredAt: at(5),
      data: { parcelId: 'p1' },
    });
    await life.tell({
      type: 'survey.answered',
      customer: { phone },
      occurredAt: at(5),
      data: { survey: 'csat-zq', score: 1, comment: verbatim },
    });
    await life.tell({
      type: 'survey.answered',
      customer: { email },
      data: { survey: 'nobody-asked', score: 1, comment: verbatim },
    });
    await life.post('shopify', { 'x-shopify-topic': 'checkouts/create' }, JSON.stringify({ email, verbatim }));
    expect(await customers()).toBe(known);
    expect(await life.canaries()).toEqual([]);
  });

  it('is not replayed from what was stored', async () => {
    const { rows } = await rig.owner.query<{ n: string }>(
      `select count(*) as n from app.inbox_event where body like '%canary%'`,
    );
    expect(rows).toEqual([{ n: '0' }]);
  });

  it('is a new person who orders anew, and who is written to about that order alone', async () => {
    await rig.app.get(VirtualClockPort).set(Date.parse(at(24)));
    const known = await customers();
    const order = { externalId: 'brand-new-order' };
    await life.tell({ type: 'order.placed', customer: { externalId, email }, order, occurredAt: at(24) });
    await life.tell({
      type: 'customer.updated',
      customer: { externalId },
      occurredAt: at(25),
      data: { profile: { lastName } },
    });
    expect(await customers()).toBe(known + 1);
    const again = await life.idOf(email);
    expect(again).not.toBe(customerId);
    expect((await rig.get(`/api/v1/customers/${again}`)).body).toMatchObject({ lastName, orderCount: 1 });
    const { rows } = await rig.owner.query(
      `select distinct scope from app.suppression where reason = 'erased' and medium = 'email'`,
    );
    expect(rows.map(({ scope }) => scope as string).toSorted()).toEqual(['all', 'non_service']);
    await life.deliver();
    const { rows: sent } = await rig.owner.query(
      `select step, state from app.message where customer_id = $1 order by created_at, step`,
      [again],
    );
    expect(sent).toContainEqual({ step: 'mail', state: 'sent' });
  });

  it('may be erased as well', async () => {
    const again = (await life.idOf(email)) ?? '';
    expect(await erase(again)).toMatchObject({ status: 202, body: { state: 'open' } });
    await life.erasures();
    expect(await life.canaries()).toEqual([]);
  });
});
