import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConfiguredChannels } from '#app/channels';
import { DeliveryRig } from './delivery-rig.js';
import type { MessagePlan } from './planned-message.js';

jest.setTimeout(60_000);
/** In Berlin, where the shop is. */
const NIGHT = '2026-03-10T22:30:00.000Z';
const NEXT_MORNING = '2026-03-11T07:00:00.000Z';
const OPTED_IN = { state: 'opted_in', at: '2026-01-01T00:00:00.000Z', proof: null, statements: {} } as const;
const DUE = {
  dueAt: '2026-03-10T10:00:00Z',
  class: 'marketing',
  customer: { consents: { email: OPTED_IN, sms: OPTED_IN } },
} as const;

let rig: DeliveryRig;
beforeAll(async () => {
  rig = await DeliveryRig.start('contact_texts');
  await rig.rows(`select app.ensure_partitions('2026-03-01')`);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  await rig.rows('update app.shop set contact_rules = null');
  await goTo(NIGHT);
});

const goTo = (now: string) => rig.rows('select app.set_virtual_clock($1)', [now]);
const deliver = (medium: 'email' | 'sms' = 'email') => rig.deliverer(new ConfiguredChannels({})).run(medium);
const one = async (plan: MessagePlan = {}): Promise<string> => (await rig.plan(1, { ...DUE, ...plan }))[0] ?? '';

async function fate(id: string): Promise<string> {
  const { state, reason, not_before } = await rig.message(id);
  return state === 'queued' ? `${reason} until ${not_before.toISOString()}` : `${state} ${reason}`;
}

describe('texts of service', () => {
  const text = { class: 'service', medium: 'sms' } as const;
  const atTheDoor = (id: string) =>
    rig.rows(
      `update app.orders o set facts = jsonb_set(o.facts, '{parcels}', $2) from app.message m where m.id = $1 and o.id = m.order_id`,
      [
        id,
        JSON.stringify([
          { id: 'p', state: 'out_for_delivery', stateAt: NIGHT, delivered: false, estimatedDeliveryAt: null },
        ]),
      ],
    );

  it('wait for the morning, and count for nothing', async () => {
    const customerId = randomUUID();
    const [byText, byMail] = [await one({ customerId, ...text }), await one({ customerId, class: 'service' })];
    await atTheDoor(byText);
    await deliver('sms');
    await deliver();
    expect([await fate(byText), await fate(byMail)]).toEqual([`quiet-hours until ${NEXT_MORNING}`, 'sent null']);
    await goTo(NEXT_MORNING);
    await deliver('sms');
    expect(await fate(byText)).toBe('sent null');
    const ad = await one({ customerId });
    await deliver();
    expect(await fate(ad)).toBe('sent null');
  });

  it('go out at night for what is at the door, where the shop says so', async () => {
    await rig.rows(`update app.shop set contact_rules = '{"urgentTextsAnytime": true}'`);
    const [urgent, other] = [await one(text), await one(text)];
    await atTheDoor(urgent);
    await deliver('sms');
    expect([await fate(urgent), await fate(other)]).toEqual(['sent null', `quiet-hours until ${NEXT_MORNING}`]);
  });
});

describe('texts to American numbers', () => {
  it('wait until it is day where their area code is from', async () => {
    await goTo('2026-03-10T14:00:00.000Z');
    const of = (phone: string) => one({ medium: 'sms', customer: { ...DUE.customer, country: 'US', phone } });
    const [newYork, seattle] = [await of('+12125550100'), await of('+12065550100')];
    await deliver('sms');
    expect([await fate(newYork), await fate(seattle)]).toEqual([
      'sent null',
      'quiet-hours until 2026-03-10T15:00:00.000Z',
    ]);
  });
});
