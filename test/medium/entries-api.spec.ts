import { OpenJourneys } from '#app/application';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { type Explanation, InsightRig } from './insight-rig.js';

interface Answer {
  status: string;
  run?: string;
  reason?: string;
  detail?: string;
  items: Answer[];
  entered: number;
  refused: number;
  code: string;
}

let rig: InsightRig;
beforeAll(async () => {
  rig = await InsightRig.start('entries_api');
}, 60_000);
afterAll(() =>
  tidyUp(
    () => expectInvariants(rig.ownerUrl),
    () => rig.stop(),
  ),
);

const ask = async (key: string, body: unknown) =>
  (await rig.api.post<Answer>(`/api/v1/journeys/${key}/entries`, body)).body;
const customer = (email: string) => ({ customer: { email } });
const brokenOf = ({ rules }: Explanation) => rules.filter(({ holds }) => !holds).map(({ rule }) => rule);
async function open(): Promise<void> {
  for (let claimed = 1; claimed > 0;) ({ claimed } = await rig.api.app.get(OpenJourneys).run());
}

describe('entries by API', () => {
  it('let known people in by the rules of the journey, each once', async () => {
    const key = await rig.publish({
      trigger: 'api',
      audience: 'event.data.theme == "packaging" && !(order != null && order.isGift)',
      entry: { key: 'event.data.key' },
    });
    await rig.happens('order.placed', 'ann@example.com', '1');
    await rig.happens('order.placed', 'ben@example.com', '2');
    const data = { theme: 'packaging' };
    expect(await ask(key, { ...customer('Ann@example.com'), key: 'ann-1', data })).toMatchObject({ status: 'entered' });
    const batch = await ask(key, [
      { ...customer('ann@example.com'), key: 'ann-1', data },
      { ...customer('ben@example.com'), key: 'ben-1', data, order: { externalId: '2' } },
      { ...customer('ben@example.com'), key: 'ben-2', data: { theme: 'price' } },
      { ...customer('ben@example.com'), data },
      { ...customer('ben@example.com'), key: 'ben-3', data, order: { externalId: '1' } },
      { ...customer('nobody@example.com'), key: 'x', data },
    ]);
    expect(batch).toMatchObject({ entered: 1, refused: 5 });
    const audit = await rig.api.get<{ items: object[] }>('/api/v1/audit');
    const entered = {
      operation: 'POST /api/v1/journeys/:key/entries',
      action: 'enter',
      subjectId: key,
      changes: { entered: 1, refused: 5 },
    };
    expect(audit.body.items).toContainEqual(expect.objectContaining(entered));
    expect(audit.text).not.toContain('example.com');

    // of another shop's customers it answers as of nobody, each of a list by itself
    const [shop, stranger] = ['0199c0de-0000-7000-8000-00000000000a', '0199c0de-0000-7000-8000-00000000000b'];
    await rig.api.owner.query(
      `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'Theirs', 'UTC', 'EUR', 'en')`,
      [shop],
    );
    await rig.api.owner.query(`insert into app.customer (shop_id, id, facts) values ($1, $2, '{}')`, [shop, stranger]);
    await rig.api.owner.query(
      `insert into app.customer_identity (shop_id, kind, value, customer_id) values ($1, 'email', 'theirs@example.com', $2)`,
      [shop, stranger],
    );
    const mixed = await ask(key, [
      { ...customer('theirs@example.com'), key: 'y', data },
      { ...customer('nobody@example.com'), key: 'y', data },
      { ...customer('ben@example.com'), key: 'ben-4', data },
    ]);
    expect(mixed).toMatchObject({ entered: 1, refused: 2 });
    expect(mixed.items[0]).toEqual(mixed.items[1]);
    expect(batch.items.map(({ status, reason }) => reason ?? status)).toEqual([
      'entered-before',
      'entered',
      'audience',
      'entry-key',
      'unknown-order',
      'unknown-customer',
    ]);
    expect(batch.items[2]?.detail).toMatch(/^The customer is not in the audience: .*theme.*GET .api.v1.customers/);
    const sentences = batch.items.flatMap(({ detail }) => detail ?? []);
    expect(sentences).toHaveLength(5);
    for (const sentence of sentences) expect(sentence).toMatch(/^(The|There|Nobody) (?!.*"result").*\.$/);
    const told = await rig.explain('ben@example.com', key, '2');
    expect(told).toMatchObject({ verdict: 'entered', runs: [{ order: '2' }] });
    const { body } = await rig.api.get<{ items: { kind: string; type?: string }[] }>(
      `/api/v1/customers/${await rig.idOf('ann@example.com')}/timeline`,
    );
    expect(body.items.filter(({ type }) => type === 'journey.requested')).toHaveLength(2);
  });

  it('refuse journeys that begin by something else, or are not live, and what is no entry', async () => {
    const placed = await rig.publish({});
    const draft = await rig.publish({ trigger: 'api', entry: { key: 'customer.id' } }, false);
    const api = await rig.publish({ trigger: 'api', entry: { key: 'customer.id' } });
    expect(await ask(placed, customer('ann@example.com'))).toMatchObject({ code: 'conflict' });
    expect(await ask(draft, customer('ann@example.com'))).toMatchObject({ code: 'conflict' });
    expect(await ask('nobody', customer('ann@example.com'))).toMatchObject({ code: 'not_found' });
    for (const body of [{}, [], { customer: {} }, { ...customer('a@b.example'), data: { journey: 'x' } }])
      expect((await rig.api.post(`/api/v1/journeys/${api}/entries`, body)).status).toBe(422);
  });

  it('are refused while the whole shop lets nobody in', async () => {
    const key = await rig.publish({ trigger: 'api', entry: { key: 'customer.id' } });
    await rig.happens('order.placed', 'cleo@example.com', '3');
    await rig.api.owner.query(`update app.shop set paused_at = app.now(), pause_scope = 'journeys'`);
    expect(await ask(key, customer('cleo@example.com'))).toMatchObject({ status: 'refused', reason: 'paused' });
    await rig.api.owner.query(`update app.shop set paused_at = null, pause_scope = 'all'`);
    expect(await ask(key, customer('cleo@example.com'))).toMatchObject({ status: 'entered' });
  });
});

describe('why somebody never entered', () => {
  it('a journey that begins by API', async () => {
    const key = await rig.publish({ trigger: 'api', entry: { key: 'customer.id' } });
    await rig.happens('order.placed', 'dan@example.com', '4');
    expect((await rig.explain('dan@example.com', key)).says).toContain('none has named this customer');
  });

  it('a journey that begins by a date', async () => {
    const key = await rig.publish({
      trigger: { date: 'customer.attributes.birthday', every: 'year' },
      entry: { key: 'customer.id', per: 'year' },
      audience: 'customer.country == "FR"',
    });
    await open();
    await rig.happens('order.placed', 'eve@example.com', '5');
    expect(await rig.explain('eve@example.com', key)).toMatchObject({
      verdict: 'not-entered',
      rules: [{ rule: 'date', holds: false }],
      says: expect.stringContaining('customer.attributes.birthday is unknown'),
    });
    await rig.happens('order.updated', 'eve@example.com', '5', { profile: { attributes: { birthday: '1990-03-03' } } });
    expect((await rig.explain('eve@example.com', key)).rules).toMatchObject([
      {
        rule: 'date',
        holds: false,
        says: 'The date is 2026-03-03: the customer enters on 3 March 2026, 09:00 (UTC).',
      },
    ]);
    expect((await rig.explain('eve@example.com', key)).says).toContain('Never entered. The date is 2026-03-03');
    await rig.goOn(24);
    await open();
    expect(brokenOf(await rig.explain('eve@example.com', key))).toEqual(['audience']);
  });

  it('a journey over a segment', async () => {
    const key = await rig.publish({
      trigger: { schedule: { every: 'day', at: '09:00' }, segment: 'customer.orderCount > 1' },
      entry: { key: 'customer.id', per: 'day' },
    });
    await rig.happens('order.placed', 'fay@example.com', '6');
    const { says, rules } = await rig.explain('fay@example.com', key);
    expect(rules).toMatchObject([{ rule: 'schedule', facts: { 'customer.orderCount': 1 } }]);
    expect(says).toContain('The segment did not hold');
    expect(says).toContain('The next time is 4 March 2026, 09:00');
  });

  it('too many runs under way, and news of a parcel that came too late', async () => {
    const limited = await rig.publish({ entry: { key: 'event.id', limit: 1 } });
    await rig.happens('order.placed', 'gus@example.com', '7');
    await rig.happens('order.placed', 'gus@example.com', '8');
    expect(brokenOf(await rig.explain('gus@example.com', limited))).toEqual(['limit']);
    const parcels = await rig.publish({ trigger: 'shipment.delivered' });
    const event = {
      id: 'late',
      type: 'shipment.delivered',
      occurredAt: '2026-02-20T10:00:00Z',
      order: { externalId: '7' },
    };
    await rig.api.post('/api/v1/events', { ...event, data: { parcelId: 'p' } });
    await rig.happens('order.paid', 'gus@example.com', '7');
    expect(brokenOf(await rig.explain('gus@example.com', parcels))).toEqual(['stale']);
  });
});

describe('a look ahead at a journey that begins by a date', () => {
  it('plays it as though its date came now; a backtest plays the dates of the time', async () => {
    const key = await rig.publish({
      trigger: { date: 'customer.attributes.birthday', every: 'year' },
      entry: { key: 'customer.id', per: 'year' },
    });
    await rig.happens('order.placed', 'ida@example.com', '11');
    const id = await rig.idOf('ida@example.com');
    const dry = await rig.api.post(`/api/v1/journeys/${key}/dry-run`, { customer: id, days: 3 });
    expect(dry.body).toMatchObject({ start: 'supposed', entered: true, messages: [{ wouldSend: true }] });
    const range = { from: '2026-01-01T00:00:00Z', to: '2026-03-01T00:00:00Z' };
    const backtest = await rig.api.post(`/api/v1/journeys/${key}/backtest`, range);
    expect(backtest).toMatchObject({ status: 200, body: { from: '2026-01-01T00:00:00.000Z' } });
  });
});
