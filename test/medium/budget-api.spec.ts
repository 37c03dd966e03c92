import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApiRig } from './api-rig.js';

jest.setTimeout(60_000);

interface Shop {
  readonly contactRules: { readonly shopPerMonth: unknown };
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

let api: ApiRig;
beforeAll(async () => {
  api = await ApiRig.start('budget-api');
});
afterAll(() => api.stop());

const patch = (body: object) => api.call<Shop>('PATCH', '/api/v1/shop', { body });
const limitTo = (shopPerMonth: object | null) => patch({ contactRules: { shopPerMonth } });
const budgets = async () => (await api.get<{ budgets: unknown }>('/api/v1/ops/overview')).body.budgets;

/** Counts on a day of this month of the shop, or of the month before. */
const spend = (medium: string, messages: number, costMicros: number, monthsAgo = 0) =>
  api.owner.query(
    `insert into app.sending_day (shop_id, day, medium, handed, messages, cost_micros, currency)
     select id, (date_trunc('month', app.now() at time zone time_zone) - make_interval(months => $4))::date, $1, $2, $2, $3, currency from app.shop
     on conflict (shop_id, day, medium) do update set messages = excluded.messages, cost_micros = excluded.cost_micros`,
    [medium, messages, costMicros, monthsAgo],
  );

describe('the budget of a month', () => {
  it('is set by medium, and the overview says how much of it is spent', async () => {
    expect(await budgets()).toEqual([]);
    const shopPerMonth = { email: { messages: 10 }, sms: { messages: 100, cost: 1_000 } };
    const { status, body } = await limitTo(shopPerMonth);
    expect([status, body.contactRules.shopPerMonth]).toEqual([200, shopPerMonth]);
    await spend('email', 10, 0);
    await spend('sms', 20, 8_005_000);
    await spend('sms', 99, 9_999_999, 1);
    const money = { medium: 'sms', of: 'cost', limit: 1_000, currency: 'EUR' };
    const mails = { medium: 'email', of: 'messages', limit: 10, spent: 10, currency: null, state: 'reached' };
    const texts = { medium: 'sms', of: 'messages', limit: 100, spent: 20, currency: null, state: 'ok' };
    expect(await budgets()).toEqual([mails, texts, { ...money, spent: 800.5, state: 'near' }]);
    await api.owner.query(
      `insert into app.sending_change (shop_id, medium, day, messages, cost_micros)
       select shop_id, medium, day, -1, -1005000 from app.sending_day where medium = 'sms' and cost_micros = 8005000`,
    );
    expect(await budgets()).toEqual([mails, { ...texts, spent: 19 }, { ...money, spent: 700, state: 'ok' }]);
    await limitTo(null);
    expect(await budgets()).toEqual([]);
  });

  it('in money is warned of where not all messages have a price', async () => {
    const warnings = async (body: object) => (await patch(body)).body.warnings.map(({ message }) => message);
    const budget = { contactRules: { shopPerMonth: { sms: { cost: 1_000 } } } };
    expect(await warnings(budget)).toEqual([expect.stringContaining('Set texts.prices')]);
    expect(await warnings({ texts: { prices: { DE: 0.07 } } })).toHaveLength(1);
    expect(await warnings({ texts: { countries: ['DE'] } })).toEqual([]);
    expect(await warnings({ texts: { countries: null, prices: { '*': 0.1 } } })).toEqual([]);
    for (const medium of ['email', 'whatsapp']) {
      const unpriced = { contactRules: { shopPerMonth: { [medium]: { cost: 1_000 } } } };
      expect(await warnings(unpriced)).toEqual([expect.stringContaining(`There are no prices for ${medium}`)]);
    }
    expect(await warnings({ contactRules: { shopPerMonth: { email: { messages: 1_000 } } } })).toEqual([]);
  });

  it.each([
    ['no limit at all', { sms: {} }],
    ['nothing', { sms: { messages: 0 } }],
    ['parts of a cent', { sms: { cost: 0.5 } }],
    ['a medium that is none', { fax: { messages: 3 } }],
    ['a unit that is none', { sms: { parts: 3 } }],
  ])('of %s is refused', async (_, shopPerMonth) => {
    expect((await limitTo(shopPerMonth)).status).toBe(422);
  });
});
