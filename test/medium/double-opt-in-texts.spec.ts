import { jest } from '@jest/globals';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { NUMBER, TwilioRig } from './twilio-rig.js';

jest.setTimeout(120_000);

const PERSON = { externalId: 'ann', phone: NUMBER };
type View = { channels: { channel: string; classes: { class: string; state: string; allowed: boolean }[] }[] };

let rig: TwilioRig;
beforeAll(async () => {
  rig = await TwilioRig.start('double_opt_in_texts');
  await rig.api.call('PATCH', '/api/v1/shop', { body: { doubleOptIn: ['sms'], contactRules: NO_CONTACT_RULES } });
  const { status, text } = await rig.api.post('/api/v1/presets/confirm-subscription/install', { publish: true });
  if (status >= 300) throw new Error(text);
});
afterAll(() => rig.stop());
beforeEach(() => rig.reset());

const subscribe = async (data: object = {}): Promise<void> => {
  const said = { channel: 'sms', state: 'opted_in', level: 'single', ...data };
  await rig.tell('consent.changed', { customer: PERSON, data: said });
  await rig.deliver();
  await rig.pass(60_000);
};
const ask = async (): Promise<void> => {
  await rig.tell('order.placed', { customer: PERSON, order: { externalId: `order-${rig.now}` } });
  await rig.deliver();
  await rig.pass(60_000);
};
const idOf = async (): Promise<string> => (await rig.rows<{ id: string }>('select id from app.customer'))[0]?.id ?? '';
const allowed = async (): Promise<string[]> => {
  const { body } = await rig.api.get<View>(`/api/v1/customers/${await idOf()}/consents`);
  const texts = body.channels.find(({ channel }) => channel === 'sms')?.classes ?? [];
  return texts.flatMap((each) => (each.allowed ? [each.class] : []));
};
const history = async () =>
  (
    await rig.api.get<{ items: { state: string; level: string; proof: string | null }[] }>(
      `/api/v1/customers/${await idOf()}/consents/history`,
    )
  ).body.items;
const texts = (): string[] => rig.calls.map(({ form }) => form['Body'] ?? '');

describe('an opt-in to texts that has to be confirmed', () => {
  it('is asked for by one text, with a link that confirms', async () => {
    await subscribe();
    await subscribe();
    expect(texts()).toEqual([expect.stringContaining('Answer YES or open https://shop.example/c/')]);
    expect(await allowed()).toEqual(['feedback']);
    const [link] = /https:\S+\/c\/[\w-]+/.exec(texts()[0] ?? '') ?? [];
    const { status } = await rig.api.call('POST', new URL(link ?? '').pathname, { key: null });
    expect(status).toBe(200);
    expect(await allowed()).toEqual(['feedback', 'review', 'marketing']);
  });

  it.each(['YES', 'yes please!', 'Oui, merci', 'Ja', 'START'])(
    'is given by the answer %s, with proof',
    async (text) => {
      await subscribe();
      await rig.hear(text);
      expect(await allowed()).toEqual(['feedback', 'review', 'marketing']);
      const [message] = await rig.rows<{ id: string }>('select id from app.message');
      expect(await history()).toMatchObject([
        {
          state: 'opted_in',
          level: 'confirmed',
          proof: expect.stringMatching(`^"${text}" from \\${NUMBER}, SM\\d+, in answer to message ${message?.id}$`),
        },
        { state: 'pending' },
      ]);
    },
  );

  it.each(['Yes, but where is my parcel?', 'No', '8', 'Who is this?', 'HELP'])(
    'is not given by the answer %s',
    async (text) => {
      await subscribe();
      await rig.hear(text);
      expect(await allowed()).toEqual(['feedback']);
    },
  );

  it('is withdrawn by STOP, and given by START after it', async () => {
    await subscribe();
    await rig.hear('STOP');
    expect(await allowed()).toEqual([]);
    await rig.pass(60_000);
    await rig.hear('START');
    expect(await allowed()).toEqual(['feedback', 'review', 'marketing']);
  });

  it.each(['Oui', 'yes please', 'Y'])('is withdrawn by STOP for good, though %s comes after it', async (text) => {
    await subscribe();
    await rig.hear('STOP');
    await rig.pass(60_000);
    await rig.hear(text);
    expect(await allowed()).toEqual([]);
    await rig.reset();
    await subscribe();
    await rig.receive('STOP');
    await rig.pass(60_000);
    await rig.receive(text);
    await rig.work();
    expect(await allowed()).toEqual([]);
    expect(await rig.rows('select from app.suppression')).toHaveLength(1);
  });

  it('is given once: what is answered after it is a reply like any other', async () => {
    await subscribe();
    await rig.hear('YES');
    await rig.pass(60_000);
    await rig.hear('Oui');
    expect(await history()).toHaveLength(2);
    const replies = await rig.rows<{ keyword: string | null }>(
      `select body->'data'->>'keyword' as keyword from app.event where type = 'message.replied' order by occurred_at`,
    );
    expect(replies.map(({ keyword }) => keyword)).toEqual(['start', null]);
  });

  it('is given for no more than was asked, also of who had left', async () => {
    await subscribe({ classes: ['review'] });
    await rig.hear('YES');
    expect(await allowed()).toEqual(['feedback', 'review']);
    await rig.pass(40 * 86_400_000);
    await rig.hear('STOP');
    await rig.pass(60_000);
    await subscribe({ classes: ['marketing'] });
    await rig.hear('YES');
    expect(await allowed()).toEqual(['marketing']);
    expect(await rig.rows('select from app.suppression')).toEqual([]);
  });

  it('is not given by a yes to a question that came later, nor after thirty days', async () => {
    await subscribe();
    await ask();
    await rig.hear('YES');
    expect(await allowed()).toEqual(['feedback']);
    await rig.reset();
    await subscribe();
    await rig.pass(31 * 86_400_000);
    await rig.hear('YES');
    expect(await allowed()).toEqual(['feedback']);
  });

  it('is not given from a number that is another one by now', async () => {
    await subscribe();
    await rig.tell('customer.updated', { customer: { ...PERSON, phone: '+4915112399999' } });
    await rig.hear('YES');
    expect(await allowed()).toEqual(['feedback']);
  });
});
