import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { ConfiguredChannels } from '#app/channels';
import { DeliveryRig } from './delivery-rig.js';
import { type MessagePlan, SURVEY } from './planned-message.js';

jest.setTimeout(60_000);
/** Noon in Berlin, where the shop is. */
const NOON = 'T11:00:00.000Z';
const OPTED_IN = { state: 'opted_in', at: '2026-01-01T00:00:00.000Z', proof: null, statements: {} } as const;
const QUESTION = { class: 'feedback', survey: SURVEY, template: 'survey' } as const;

let rig: DeliveryRig;

beforeAll(async () => {
  rig = await DeliveryRig.start('contact_rests');
  for (const month of ['2026-03-01', '2026-04-01', '2026-05-01'])
    await rig.rows('select app.ensure_partitions($1)', [month]);
  await rig.rows('update app.shop set contact_rules = null');
});
afterAll(async () => {
  await rig.stop();
});

/** What becomes of a message that is due at noon of this day. */
async function fateOn(day: string, plan: MessagePlan): Promise<string> {
  await rig.rows('select app.set_virtual_clock($1)', [day + NOON]);
  const due = { dueAt: `${day}T10:00:00Z`, expiresAt: '2026-06-01T00:00:00Z' };
  const [id = ''] = await rig.plan(1, { customer: { consents: { email: OPTED_IN } }, ...due, ...plan });
  await rig.deliverer(new ConfiguredChannels({})).run('email');
  const { state, reason, not_before } = await rig.message(id);
  await rig.rows(`update app.message set state = 'failed' where state = 'queued'`);
  return state === 'queued' ? `${reason} until ${not_before.toISOString().slice(0, 10)}` : state;
}

it('a case keeps surveys away for two weeks, and no review request', async () => {
  const customerId = randomUUID();
  expect(await fateOn('2026-03-01', { customerId, ...QUESTION, class: 'service' })).toBe('sent');
  await rig.rows(
    `insert into app.case_file (shop_id, id, topic, title, priority, customer_id, run_id, opened_at)
     values ($1, $2, 'unhappy-customer', 'A case', 'high', $3, $2, app.now())`,
    [rig.shopId, randomUUID(), customerId],
  );
  expect(await fateOn('2026-03-03', { customerId, ...QUESTION })).toBe('case-rest until 2026-03-15');
  expect(await fateOn('2026-03-03', { customerId, class: 'review' })).toBe('sent');
  expect(await fateOn('2026-03-15', { customerId, ...QUESTION })).toBe('sent');
});

it('review requests rest longer after two that brought no review, and not once one did', async () => {
  const customerId = randomUUID();
  const ask = { customerId, class: 'review' } as const;
  expect(await fateOn('2026-04-01', ask)).toBe('sent');
  expect(await fateOn('2026-04-06', ask)).toBe('sent');
  expect(await fateOn('2026-04-11', ask)).toBe('review-rest until 2026-04-16');
  await rig.rows(
    `update app.journey_run r set state = '{"goalAt": "2026-04-12T10:00:00.000Z"}'
     from app.message m where m.run_id = r.id and m.customer_id = $1 and m.sent_at > '2026-04-05' and m.state = 'sent'`,
    [customerId],
  );
  expect(await fateOn('2026-04-12', ask)).toBe('sent');
});
