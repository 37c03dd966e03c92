import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConfiguredChannels } from '#app/channels';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { ApiRig } from './api-rig.js';
import { DeliveryRig } from './delivery-rig.js';
import { type MessagePlan } from './planned-message.js';

jest.setTimeout(120_000);
/** Half past eleven in the evening in Berlin, where the shop is. */
const EVENING = '2026-03-10T22:30:00.000Z';
const MIDNIGHT = '2026-03-10T23:00:00.000Z';
const OPTED_IN = { state: 'opted_in', at: '2026-01-01T00:00:00.000Z', proof: null, statements: {} } as const;
const DUE = {
  dueAt: '2026-03-10T10:00:00Z',
  class: 'marketing',
  customer: { consents: { email: OPTED_IN, sms: OPTED_IN } },
} as const;

let rig: DeliveryRig;
beforeAll(async () => {
  rig = await DeliveryRig.start('ceiling');
  for (const month of ['2026-03-01', '2026-04-01']) await rig.rows('select app.ensure_partitions($1)', [month]);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  await rig.rows(`update app.message set state = 'failed' where state in ('queued', 'claimed', 'handing')`);
  await rig.rows('delete from app.sending_day');
  await goTo(EVENING);
});

const goTo = (now: string) => rig.rows('select app.set_virtual_clock($1)', [now]);
const deliver = (medium: 'email' | 'sms' = 'email') => rig.deliverer(new ConfiguredChannels({})).run(medium);
const plan = (count: number, more: MessagePlan = {}) => rig.plan(count, { ...DUE, ...more });
const limitTo = (shopPerDay: Record<string, number> | null) =>
  rig.rows('update app.shop set contact_rules = $1', [JSON.stringify({ ...NO_CONTACT_RULES, shopPerDay })]);
const counted = () => rig.rows('select day::text, medium, handed from app.sending_day order by day, medium');

async function fates(ids: readonly string[]): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const id of ids) {
    const { state, reason, not_before } = await rig.message(id);
    const fate = state === 'queued' && reason !== null ? `${reason} until ${not_before.toISOString()}` : state;
    sums[fate] = (sums[fate] ?? 0) + 1;
  }
  return sums;
}

describe('the ceiling of a shop', () => {
  it('lets no more out in a day of the shop but service messages, and the rest at midnight', async () => {
    await limitTo({ email: 3 });
    const facts = await plan(2, { class: 'service', dueAt: '2026-03-10T08:00:00Z' });
    const asks = await plan(4, { class: 'review' });
    await deliver();
    expect(await fates(facts)).toEqual({ sent: 2 });
    expect(await fates(asks)).toEqual({ sent: 1, [`shop-ceiling until ${MIDNIGHT}`]: 3 });
    const late = await plan(1, { class: 'service' });
    await deliver();
    expect(await fates(late)).toEqual({ sent: 1 });
    expect(await counted()).toEqual([{ day: '2026-03-10', medium: 'email', handed: 4 }]);

    await goTo(MIDNIGHT);
    await deliver();
    expect(await fates(asks)).toEqual({ sent: 4 });
    expect(await counted()).toEqual([
      { day: '2026-03-10', medium: 'email', handed: 4 },
      { day: '2026-03-11', medium: 'email', handed: 3 },
    ]);
  });

  it('tells why, in the verdict that explains a message', async () => {
    await limitTo({ email: 1 });
    const ids = await plan(2);
    await deliver();
    const verdicts = await rig.rows(
      `select reason, until, facts from app.contact_verdict where message_id = any($1::uuid[]) and verdict = 'defer'`,
      [ids],
    );
    expect(verdicts).toEqual([
      {
        reason: 'shop-ceiling',
        until: new Date(MIDNIGHT),
        facts: { limit: 1, handed: 1, day: '2026-03-10', zone: 'Europe/Berlin' },
      },
    ]);
  });

  it('is one for each medium', async () => {
    await limitTo({ sms: 1 });
    const [mails, texts] = [await plan(3), await plan(3, { medium: 'sms' })];
    await deliver();
    await deliver('sms');
    expect(await fates(mails)).toEqual({ sent: 3 });
    expect(await fates(texts)).toEqual({ sent: 1, [`shop-ceiling until ${MIDNIGHT}`]: 2 });
    expect(await counted()).toEqual([{ day: '2026-03-10', medium: 'sms', handed: 1 }]);
  });

  it('costs nothing where there is none', async () => {
    await limitTo(null);
    const ids = await plan(3);
    await deliver();
    expect(await fates(ids)).toEqual({ sent: 3 });
    expect(await counted()).toEqual([]);
  });

  it('holds to the last message while several workers send at once', async () => {
    await limitTo({ email: 130 });
    const ids = await plan(300);
    for (let round = 0; round < 3; round += 1) await Promise.all([deliver(), deliver(), deliver(), deliver()]);
    expect(await fates(ids)).toEqual({ sent: 130, [`shop-ceiling until ${MIDNIGHT}`]: 170 });
    expect(await counted()).toEqual([{ day: '2026-03-10', medium: 'email', handed: 130 }]);
  });
});

describe('the API', () => {
  it('sets it, and warns from 80 per cent on', async () => {
    const api = await ApiRig.start('ceiling-api');
    const ceilings = async () => (await api.get<{ ceilings: unknown }>('/api/v1/ops/overview')).body.ceilings;
    const hand = (medium: string, handed: number) =>
      api.owner.query(
        `insert into app.sending_day select id, (app.now() at time zone time_zone)::date, $1, $2 from app.shop
         on conflict (shop_id, day, medium) do update set handed = excluded.handed`,
        [medium, handed],
      );
    try {
      expect(await ceilings()).toEqual([]);
      const change = { contactRules: { shopPerDay: { email: 10, sms: 5, whatsapp: 9 } } };
      expect((await api.call('PATCH', '/api/v1/shop', { body: change })).status).toBe(200);
      await hand('email', 8);
      await hand('sms', 3);
      expect(await ceilings()).toEqual([
        { medium: 'email', limit: 10, handed: 8, state: 'near' },
        { medium: 'sms', limit: 5, handed: 3, state: 'ok' },
        { medium: 'whatsapp', limit: 9, handed: 0, state: 'ok' },
      ]);
      await hand('email', 10);
      expect(await ceilings()).toMatchObject([{ state: 'reached' }, { state: 'ok' }, { state: 'ok' }]);
      await api.call('PATCH', '/api/v1/shop', { body: { contactRules: { shopPerDay: null } } });
      expect(await ceilings()).toEqual([]);
      const body = { contactRules: { shopPerDay: { email: 0, fax: 3 } } };
      const wrong = await api.call('PATCH', '/api/v1/shop', { body });
      expect(wrong.status).toBe(422);
    } finally {
      await api.stop();
    }
  });
});
