import { ApiKeys, SecretPort, Shops, UnitOfWork } from '#app/application';
import { jest } from '@jest/globals';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { aJourney, send } from './a-journey.js';
import { NUMBER, TwilioRig } from './twilio-rig.js';

jest.setTimeout(120_000);

const OTHER_SHOP = '0199c0de-0000-7000-8000-00000000000b';
const OTHER_KEY = `ag_${'b'.repeat(43)}`;
const PERSON = { externalId: 'ann', phone: NUMBER };
const NOTE = aJourney({
  key: 'note',
  class: 'feedback',
  entry: { key: 'order.id', reentry: 'never' },
  steps: [send('say', { template: 'note', channels: ['sms'] })],
  templates: { note: { en: { sms: 'Thank you!' } } },
});

let rig: TwilioRig;
/** Two shops that send from one number. */
let one: Shop;
let other: Shop;

class Shop {
  constructor(
    readonly id: string,
    readonly key: string,
  ) {}

  async post(url: string, body: object): Promise<void> {
    const { status, text } = await rig.api.post(url, body, { key: this.key });
    if (status >= 300) throw new Error(text);
  }

  async tell(type: string, fields: object = {}): Promise<void> {
    const [id, occurredAt] = [`${this.key.slice(-3)}-${rig.now}-${type}`, new Date(rig.now).toISOString()];
    await this.post('/api/v1/events', { id, type, occurredAt, customer: PERSON, data: {}, ...fields });
    await rig.work();
    await rig.deliver();
    await rig.pass(60_000);
  }

  /** By what its source tells. */
  hear(state: 'opted_in' | 'opted_out', level = 'confirmed'): Promise<void> {
    return this.tell('consent.changed', { data: { channel: 'sms', state, level, proof: 'ticket 21610' } });
  }

  write(): Promise<void> {
    return this.tell('order.placed', { order: { externalId: `order-${rig.now}` } });
  }

  async consent(): Promise<string | null | undefined> {
    const [row] = await rig.rows<{ state: string }>(
      `select facts->'consents'->'sms'->>'state' as state from app.customer where facts->>'phone' = $1 and shop_id = $2`,
      [NUMBER, this.id],
    );
    return row?.state;
  }
}

const consents = async () => [await one.consent(), await other.consent()];
const replies = async () =>
  (await rig.rows<{ shop: string }>(`select shop_id as shop from app.event where type = 'message.replied'`)).map(
    ({ shop }) => (shop === OTHER_SHOP ? 'other' : 'one'),
  );
const text = async (body: string): Promise<void> => {
  await rig.hear(body);
  await rig.pass(60_000);
};

beforeAll(async () => {
  rig = await TwilioRig.start('shared_number', {}, []);
  const [uow, shops, keys] = [rig.api.app.get(UnitOfWork), rig.api.app.get(Shops), rig.api.app.get(ApiKeys)];
  const facts = { id: OTHER_SHOP, name: 'The other', timeZone: 'UTC', currency: 'EUR', locale: 'en' };
  await uow.inShop(OTHER_SHOP, (tx) => shops.insert(tx, facts));
  const hash = rig.api.app.get(SecretPort).sha256(OTHER_KEY);
  const named = { id: OTHER_SHOP, name: 'other', role: 'owner', scopes: null, expiresAt: null, hint: 'bbb' } as const;
  await uow.inShop(OTHER_SHOP, (tx) => keys.ensure(tx, { ...named, hash }));
  [one, other] = [new Shop(rig.api.shopId, rig.api.key), new Shop(OTHER_SHOP, OTHER_KEY)];
  for (const shop of [one, other]) {
    await rig.api.call('PATCH', '/api/v1/shop', { key: shop.key, body: { contactRules: NO_CONTACT_RULES } });
    await shop.post('/api/v1/journeys', NOTE);
    await shop.post('/api/v1/journeys/note/publish', {});
  }
  await rig.api.call('PATCH', '/api/v1/shop', { key: OTHER_KEY, body: { doubleOptIn: ['sms'] } });
  await other.post('/api/v1/presets/confirm-subscription/install', { publish: true });
});
afterAll(() => rig.stop());
beforeEach(() => rig.reset());

describe('a number that two shops send from', () => {
  beforeEach(async () => {
    for (const shop of [other, one]) {
      await shop.hear('opted_in');
      await shop.write();
    }
  });

  it('is left by STOP and come back to by START, at both', async () => {
    await text('STOP');
    expect(await consents()).toEqual(['opted_out', 'opted_out']);
    await text('START');
    expect(await consents()).toEqual(['opted_in', 'opted_in']);
    expect(await rig.rows('select from app.suppression')).toEqual([]);
  });

  it('is come back to by START that is worked on together with STOP', async () => {
    await rig.receive('STOP');
    await rig.pass(60_000);
    await rig.receive('START');
    await rig.work();
    expect(await consents()).toEqual(['opted_in', 'opted_in']);
  });

  it('is come back to by a yes to nobody, which Twilio takes for START', async () => {
    await text('STOP');
    await text('YES');
    expect(await consents()).toEqual(['opted_in', 'opted_in']);
  });

  it('is not come back to at the one that they left by another way, which hears nothing', async () => {
    await other.hear('opted_out');
    await text('START');
    expect(await consents()).toEqual(['opted_in', 'opted_out']);
    expect(await replies()).toEqual(['one']);
    await text('YES');
    expect(await consents()).toEqual(['opted_in', 'opted_out']);
  });

  it.each([
    ['message 1 refused by the provider: opted-out 21610', 'opted_in'],
    ['message 1 refused by the provider with 21610', 'opted_in'],
    ['preference page of message 0199c0de-2161-7000-8000-021610000000', 'opted_out'],
  ])('is come back to at the other one of which is known: %s', async (proof, state) => {
    await other.tell('consent.changed', {
      data: { channel: 'sms', state: 'opted_out', level: 'confirmed', proof },
    });
    await text('START');
    expect(await consents()).toEqual(['opted_in', state]);
  });

  it('is come back to at the last one whatever way they left', async () => {
    await one.hear('opted_out');
    await text('START');
    expect(await consents()).toEqual(['opted_in', 'opted_in']);
  });
});

describe('a plain yes to a number that two shops send from', () => {
  it('answers the shop that asked, though the other wrote last', async () => {
    await other.hear('opted_in', 'single');
    await one.write();
    expect(await consents()).toEqual([null, 'pending']);
    await text('Yes please');
    expect(await consents()).toEqual([null, 'opted_in']);
    expect(await replies()).toEqual(['other']);
  });

  it('answers no shop that did not ask, though they had left it', async () => {
    await one.hear('opted_in');
    await one.write();
    await text('STOP');
    await other.hear('opted_in', 'single');
    await one.tell('ticket.solved', { data: { ticketId: '1' } });
    await text('YES');
    expect(await consents()).toEqual(['opted_out', 'opted_in']);
  });
});
