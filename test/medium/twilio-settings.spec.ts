import { RunErasures } from '#app/application';
import { jest } from '@jest/globals';
import { NUMBER, TwilioRig } from './twilio-rig.js';

jest.setTimeout(120_000);

let rig: TwilioRig;
beforeAll(async () => {
  rig = await TwilioRig.start('twilio-settings');
});
afterAll(() => rig.stop());
beforeEach(async () => {
  await rig.reset();
  await change({ texts: null });
});

const change = async (body: object): Promise<number> => (await rig.api.call('PATCH', '/api/v1/shop', { body })).status;
const idOf = async (table: string): Promise<string> =>
  (await rig.rows<{ id: string }>(`select id from app.${table}`))[0]?.id ?? '';
const outcomes = () => rig.rows<{ state: string; reason: string }>('select state, reason from app.message order by id');

/** Tells that the first message has arrived, and what it cost. */
const arrive = async (): Promise<void> => {
  const callback = new URL(rig.calls[0]?.form['StatusCallback'] ?? '');
  const fields = {
    MessageSid: rig.calls[0]?.sid ?? '',
    MessageStatus: 'delivered',
    Price: '-0.00750',
    PriceUnit: 'USD',
  };
  await rig.call(callback.pathname + callback.search, fields);
  await rig.work();
};
const ARRIVED = { status: 'delivered', code: null, cost: { amount: '0.0075', currency: 'USD' } };

describe('what became of a text', () => {
  it('is told with the message, on the timeline and in the outbox', async () => {
    await rig.order();
    const [message, customer] = [await idOf('message'), await idOf('customer')];
    const { api } = rig;
    expect((await api.get(`/api/v1/messages/${message}`)).body['delivery']).toBeNull();
    await arrive();
    expect((await api.get(`/api/v1/messages/${message}`)).body).toMatchObject({ delivery: ARRIVED });
    expect((await api.get('/api/v1/messages')).body).toMatchObject({ items: [{ delivery: ARRIVED }] });
    expect((await api.get('/api/v1/outbox')).body).toMatchObject({ items: [{ delivery: ARRIVED }] });
    expect((await api.get(`/api/v1/outbox/${message}`)).body).toMatchObject({ delivery: ARRIVED });
    const { items } = (await api.get<{ items: { kind: string }[] }>(`/api/v1/customers/${customer}/timeline`)).body;
    expect(items.filter(({ kind }) => kind === 'message')).toMatchObject([{ delivery: ARRIVED }]);
  });

  it('is handed out with what is known of a person, and goes when they are erased', async () => {
    await rig.order();
    await arrive();
    const customer = await idOf('customer');
    const { body } = await rig.api.get<{ data: Record<string, object[]> }>(`/api/v1/customers/${customer}/export`);
    expect(body.data['message_status']).toMatchObject([{ status: 'delivered', cost_micros: expect.anything() }]);
    await rig.api.post(`/api/v1/customers/${customer}/erase`, { reason: 'asked' });
    await rig.api.app.get(RunErasures).run();
    expect(await rig.rows('select from app.message_status')).toEqual([]);
  });
});

describe('the countries of a shop', () => {
  it('are those that text messages go to: for others nothing is asked of Twilio', async () => {
    expect(await change({ texts: { countries: ['FR', 'CA'] } })).toBe(200);
    for (const phone of [NUMBER, '+33612345678', '+12125550123', '+14165550123']) await rig.order(phone);
    expect((await outcomes()).map(({ state, reason }) => [state, reason])).toEqual([
      ['suppressed', 'country-not-served'],
      ['sent', null],
      ['suppressed', 'country-not-served'],
      ['sent', null],
    ]);
    expect(rig.calls.map(({ form }) => form['To'])).toEqual(['+33612345678', '+14165550123']);
  });

  it('are asked for again right before a message leaves', async () => {
    const customer = { externalId: 'late', phone: NUMBER };
    await rig.tell('consent.changed', { customer, data: { channel: 'sms', state: 'opted_in', level: 'single' } });
    await rig.tell('order.placed', { customer, order: { externalId: 'late' } });
    expect(await outcomes()).toMatchObject([{ state: 'queued' }]);
    await change({ texts: { countries: [] } });
    await rig.deliver();
    expect(await outcomes()).toMatchObject([{ state: 'suppressed', reason: 'country-not-served' }]);
    expect(rig.calls).toEqual([]);
  });

  it.each([[{ countries: ['XX'] }], [{ countries: ['de'] }], [{ prices: { DE: -1 } }], [{ prices: { Germany: 1 } }]])(
    'must be countries, and prices be prices: %j',
    async (texts) => expect(await change({ texts })).toBe(422),
  );
});

describe('the prices of a shop', () => {
  it('give what a text is likely to cost', async () => {
    await change({ texts: { prices: { DE: 0.075 } }, currency: 'EUR' });
    await rig.order();
    const { body } = await rig.api.get(`/api/v1/outbox/${await idOf('message')}`);
    expect(body).toMatchObject({ sms: { parts: 1, estimate: { amount: 8, currency: 'EUR' } } });
    await change({ texts: null });
    const unpriced = await rig.api.get(`/api/v1/outbox/${await idOf('message')}`);
    expect(unpriced.body).toMatchObject({ sms: { estimate: null } });
  });
});
