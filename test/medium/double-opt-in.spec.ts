import { MessageCodes, ProcessInbox } from '#app/application';
import { aJourney, send } from './a-journey.js';
import { ApiRig } from './api-rig.js';
import { linksOf } from './message-links.js';

interface Consent {
  readonly state: string;
  readonly proof: string | null;
}
interface Customer {
  readonly id: string;
  readonly consents: Readonly<Record<string, Consent>>;
}

const BY_MAIL = aJourney({
  key: 'by-mail',
  class: 'service',
  trigger: { event: 'consent.changed', where: 'event.data.state == "pending" && event.data.channel == "email"' },
  entry: { key: 'customer.id', reentry: 'never' },
  steps: [send('ask', { template: 'ask', channels: ['email'], usefulFor: 'P1D' })],
  templates: {
    ask: { en: { subject: 'Was it you?', mjml: '<mj-text><a href="{{ links.confirm }}">It was</a></mj-text>' } },
  },
});

let rig: ApiRig;
let told = 0;
beforeAll(async () => {
  rig = await ApiRig.start('double_opt_in');
  await rig.call('PATCH', '/api/v1/shop', { body: { doubleOptIn: ['email'] } });
}, 60_000);
afterAll(() => rig?.stop());

const tell = async (who: string, type: string, data: object, order?: string): Promise<void> => {
  told += 1;
  const customer = { email: `${who}@example.com`, phone: `+4930123456${told % 10}` };
  const occurredAt = new Date(Date.parse('2026-03-02T08:00:00Z') + told * 1_000).toISOString();
  const event = { id: `e${told}`, type, occurredAt, customer, data };
  const { status } = await rig.post(
    '/api/v1/events',
    order === undefined ? event : { ...event, order: { externalId: order } },
  );
  expect(status).toBe(202);
  for (let claimed = 1; claimed > 0;) ({ claimed } = await rig.app.get(ProcessInbox).run());
};
const known = async (who: string): Promise<Customer> => {
  const { body } = await rig.get<{ items: Customer[] }>(`/api/v1/customers?email=${who}@example.com`);
  return body.items[0] as Customer;
};
const states = async (who: string): Promise<Record<string, string>> =>
  Object.fromEntries(Object.entries((await known(who)).consents).map(([channel, { state }]) => [channel, state]));
const opted = (channel: string, level: string) => ({ channel, state: 'opted_in', level });

describe('where opt-ins have to be confirmed', () => {
  it('the shop says so, and its change is audited', async () => {
    expect((await rig.get<{ doubleOptIn: string[] }>('/api/v1/shop')).body.doubleOptIn).toEqual(['email']);
    const { rows } = await rig.owner.query(`select changes from app.audit_entry where subject = 'shop'`);
    expect(rows).toEqual([{ changes: { double_opt_in: [[], ['email']] } }]);
  });

  it('names no medium in which nobody can be asked', async () => {
    const body = { doubleOptIn: ['email', 'whatsapp'] };
    const { status, text } = await rig.call('PATCH', '/api/v1/shop', { body });
    expect([status, text]).toEqual([422, expect.stringContaining('must be email or sms')]);
  });

  it('is warned while no live journey asks, by its settings and in the overview', async () => {
    type Shop = { warnings: { pointer: string; code: string }[] };
    const unasked = async () => [
      (await rig.get<Shop>('/api/v1/shop')).body.warnings.map(({ pointer, code }) => ({ pointer, code })),
      (await rig.get<{ unaskedOptIns: string[] }>('/api/v1/ops/overview')).body.unaskedOptIns,
    ];
    const warning = (n: number) => ({ pointer: `/doubleOptIn/${n}`, code: 'double-opt-in.unasked' });
    expect(await unasked()).toEqual([[warning(0)], ['email']]);
    await rig.post('/api/v1/journeys', BY_MAIL);
    await rig.post('/api/v1/journeys/by-mail/publish');
    expect(await unasked()).toEqual([[], []]);
    await rig.call('PATCH', '/api/v1/shop', { body: { doubleOptIn: ['email', 'sms'] } });
    expect(await unasked()).toEqual([[warning(1)], ['sms']]);
    await rig.post('/api/v1/presets/confirm-subscription/install', { publish: true });
    expect(await unasked()).toEqual([[], []]);
    for (const key of ['by-mail', 'confirm-subscription']) await rig.post(`/api/v1/journeys/${key}/archive`);
    expect(await unasked()).toEqual([
      [warning(0), warning(1)],
      ['email', 'sms'],
    ]);
    await rig.call('PATCH', '/api/v1/shop', { body: { doubleOptIn: ['email'] } });
  });

  it('what a sender tells is pending, for the media that the shop named', async () => {
    await tell('ann', 'consent.changed', opted('email', 'single'));
    await tell('ann', 'consent.changed', opted('sms', 'single'));
    expect(await states('ann')).toEqual({ email: 'pending', sms: 'opted_in' });
  });

  it('what the sender has had confirmed counts, and what is withdrawn is', async () => {
    await tell('bob', 'consent.changed', opted('email', 'confirmed'));
    expect(await states('bob')).toEqual({ email: 'opted_in' });
    await tell('bob', 'consent.changed', opted('email', 'single'));
    expect(await states('bob')).toEqual({ email: 'opted_in' });
    await tell('bob', 'consent.changed', { channel: 'email', state: 'opted_out', level: 'single' });
    await tell('bob', 'consent.changed', opted('email', 'single'));
    expect(await states('bob')).toEqual({ email: 'opted_out' });
  });

  it('what came along with an order waits as well, and its order is its proof', async () => {
    const consents = ['email', 'email', 'sms'].map((channel) => ({ channel }));
    await tell('cat', 'order.placed', { consents }, '1001');
    expect(await states('cat')).toEqual({ email: 'pending', sms: 'opted_in' });
    const cat = await known('cat');
    expect(cat.consents['email']?.proof).toBe('order 1001');
    const { body } = await rig.get<{ items: object[] }>(`/api/v1/customers/${cat.id}/consents/history`);
    expect(body.items).toHaveLength(2);
    expect(body.items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ channel: 'email', state: 'pending', level: 'evidence', order: '1001' }),
        expect.objectContaining({ channel: 'sms', state: 'opted_in', level: 'evidence', order: '1001' }),
      ]),
    );
  });
});

describe('the link that confirms', () => {
  const linkTo = async (event: object | null): Promise<{ url: string; message: string; customer: string }> => {
    const { message, customer } = await linksOf(rig);
    await rig.owner.query('update app.message set context = $2 where id = $1', [message, { event }]);
    const code = rig.app
      .get(MessageCodes, { strict: false })
      .codeOf('confirm', { shopId: rig.shopId, messageId: message });
    return { url: `/c/${code}`, message, customer };
  };
  const pending = { type: 'consent.changed', data: { channel: 'email', state: 'pending', level: 'single' } };
  const send = async (method: 'GET' | 'HEAD' | 'POST', url: string) =>
    (await rig.app.inject({ method, url })).statusCode;
  const allowed = async (customer: string): Promise<string[]> => {
    type View = { channels: { channel: string; classes: { class: string; allowed: boolean }[] }[] };
    const { body } = await rig.get<View>(`/api/v1/customers/${customer}/consents`);
    return (body.channels[0]?.classes ?? []).flatMap((each) => (each.allowed ? [each.class] : []));
  };

  it('asks by GET and confirms by POST, as often as one likes and once', async () => {
    const { url, customer } = await linkTo(pending);
    for (const method of ['GET', 'HEAD', 'GET'] as const) expect(await send(method, url)).toBe(200);
    expect(await allowed(customer)).toEqual(['feedback']);
    for (let times = 0; times < 3; times += 1) expect(await send('POST', url)).toBe(200);
    expect(await allowed(customer)).toEqual(['feedback', 'review', 'marketing']);
    for (let claimed = 1; claimed > 0;) ({ claimed } = await rig.app.get(ProcessInbox).run());
    const { body } = await rig.get<{ items: { proof: string }[] }>(`/api/v1/customers/${customer}/consents/history`);
    expect(body.items).toHaveLength(1);
    expect(body.items[0]?.proof).toContain('invitations to review what you bought? Yes, I would');
  });

  it('confirms no more than was asked for', async () => {
    const { url, customer } = await linkTo({ ...pending, data: { ...pending.data, classes: ['review'] } });
    expect((await rig.app.inject({ method: 'GET', url })).body).toContain('By e-mail: Invitations to review');
    expect(await send('POST', url)).toBe(200);
    expect(await allowed(customer)).toEqual(['feedback', 'review']);
  });

  it('is too old once the person has another address, and confirms nothing for that', async () => {
    const { url, customer } = await linkTo(pending);
    await rig.owner.query(
      `update app.customer set facts = facts || jsonb_build_object('email', 'new-' || email), email = 'new-' || email where id = $1`,
      [customer],
    );
    expect([await send('GET', url), await send('POST', url)]).toEqual([410, 410]);
    expect(await allowed(customer)).toEqual(['feedback']);
  });

  it('is none in a message of another medium, which shows nothing of the address', async () => {
    const { url, customer } = await linkTo({ ...pending, data: { ...pending.data, channel: 'sms' } });
    expect([await send('GET', url), await send('POST', url)]).toEqual([404, 404]);
    expect(await allowed(customer)).toEqual(['feedback']);
  });

  it('is asked for by mail of who agrees to mails on a page that a text led to', async () => {
    const { preferences, message, customer } = await linksOf(rig);
    const save = () =>
      rig.app.inject({
        method: 'POST',
        url: preferences,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: 'act=save&on=email.marketing&on=email.feedback&shown=email.feedback',
      });
    await rig.owner.query(`update app.message set medium = 'sms', address = '+4930123456' where id = $1`, [message]);
    const waits = 'Your choice is saved. What you have newly chosen by e-mail counts once you confirm it';
    expect((await save()).body).toContain(waits);
    for (let claimed = 1; claimed > 0;) ({ claimed } = await rig.app.get(ProcessInbox).run());
    expect(await allowed(customer)).toEqual(['feedback']);
    const { body } = await rig.get<{ items: object[] }>(`/api/v1/customers/${customer}/consents/history`);
    expect(body.items).toMatchObject([{ state: 'pending', level: 'single', classes: ['marketing'] }]);
    await rig.owner.query(
      `update app.message set medium = 'email', address = (select email from app.customer where id = customer_id) where id = $1`,
      [message],
    );
    expect((await save()).body).not.toContain(waits);
    expect(await allowed(customer)).toEqual(['feedback', 'marketing']);
  });

  it('is too old after thirty days', async () => {
    const { url, message, customer } = await linkTo(pending);
    await rig.owner.query(`update app.message set created_at = app.now() - interval '31 days' where id = $1`, [
      message,
    ]);
    expect([await send('GET', url), await send('POST', url)]).toEqual([410, 410]);
    expect(await allowed(customer)).toEqual(['feedback']);
  });

  it.each([
    ['that was sent for another reason', null],
    ['about a consent that was given', { ...pending, data: { ...pending.data, state: 'opted_in' } }],
    ['about another kind of event', { ...pending, type: 'order.placed' }],
  ])('is none in a message %s', async (_title, event) => {
    const { url, customer } = await linkTo(event);
    expect([await send('GET', url), await send('POST', url)]).toEqual([404, 404]);
    expect(await allowed(customer)).toEqual(['feedback']);
  });
});
