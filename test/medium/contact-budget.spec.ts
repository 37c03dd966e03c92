import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Channel, ContactStore, HandOverResult, MessageStatus } from '#app/application';
import { ConfiguredChannels } from '#app/channels';
import type { MonthBudget } from '#app/domain';
import { PgMessageNewsStore } from '#app/persistence';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { DeliveryRig } from './delivery-rig.js';
import { type MessagePlan } from './planned-message.js';
import { SlowBooks } from './slow-books.js';

jest.setTimeout(120_000);
/** Late on a day of March in Berlin, where the shop is. */
const EVENING = '2026-03-10T22:30:00.000Z';
const AFTER_MIDNIGHT = '2026-03-10T23:30:00.000Z';
const APRIL = '2026-03-31T22:00:00.000Z';
const WAITS = `shop-budget until ${APRIL}`;
const OPTED_IN = { state: 'opted_in', at: '2026-01-01T00:00:00.000Z', proof: null, statements: {} } as const;
const DUE = {
  dueAt: '2026-03-10T10:00:00Z',
  class: 'marketing',
  template: 'sms-only',
  medium: 'sms',
  customer: { consents: { email: OPTED_IN, sms: OPTED_IN } },
} as const;
const SENT: HandOverResult = { outcome: 'sent', phase: 'answered', providerRef: null, code: null, detail: null };

let rig: DeliveryRig;
beforeAll(async () => {
  rig = await DeliveryRig.start('budget');
  for (const month of ['2026-03-01', '2026-04-01']) await rig.rows('select app.ensure_partitions($1)', [month]);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  await rig.rows(`update app.message set state = 'failed' where state in ('queued', 'claimed', 'handing')`);
  await rig.rows('delete from app.sending_day');
  await rig.rows('delete from app.sending_change');
  await rig.rows(`update app.shop set currency = 'EUR', texts = '{"prices": {"DE": 0.075}}'`);
  await goTo(EVENING);
});

const goTo = (now: string) => rig.rows('select app.set_virtual_clock($1)', [now]);
const deliver = (channel: ConfiguredChannels | Channel = new ConfiguredChannels({}), atFence?: ContactStore) =>
  rig.deliverer(channel, atFence && { atFence }).run('sms');
const plan = (count: number, more: MessagePlan = {}) => rig.plan(count, { ...DUE, ...more });
const limitTo = (sms: MonthBudget | null) =>
  rig.rows('update app.shop set contact_rules = $1', [
    JSON.stringify({ ...NO_CONTACT_RULES, shopPerMonth: sms && { sms } }),
  ]);

/** The sum of days and of what is to be put to them. */
async function spent(): Promise<{ messages: number; cents: number }> {
  const [row] = await rig.rows<{ messages: number; cents: number }>(
    `select sum(messages)::int as messages, (sum(cost_micros) / 10000)::double precision as cents from (
       select messages, cost_micros from app.sending_day union all select messages, cost_micros from app.sending_change) counted`,
  );
  return { messages: row?.messages ?? 0, cents: row?.cents ?? 0 };
}

async function fates(ids: readonly string[]): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const id of ids) {
    const { state, reason, not_before } = await rig.message(id);
    const fate = state === 'queued' && reason !== null ? `${reason} until ${not_before.toISOString()}` : state;
    sums[fate] = (sums[fate] ?? 0) + 1;
  }
  return sums;
}

/** Somebody at the provider says what a message costs. */
function tell(messageId: string, cents: number, currency = 'EUR', status: MessageStatus = 'sent') {
  const cost = { micros: cents * 10_000, currency };
  return rig.uow.inShop(rig.shopId, (tx) =>
    new PgMessageNewsStore().note(tx, [{ messageId, status, at: EVENING, cost }]),
  );
}

/** A provider whose answer the test sets. */
class Provider implements Channel {
  readonly code = 'capture';
  readonly title = 'Moody';
  readonly medium = 'sms';
  readonly timeoutMs = 1_000;
  readonly concurrency = 4;

  constructor(public answer: HandOverResult) {}

  async send(): Promise<HandOverResult> {
    return this.answer;
  }

  async close(): Promise<void> {}
}

async function somebodyWaits(): Promise<void> {
  const isWaiting = `select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`;
  while ((await rig.rows(isWaiting)).length === 0);
}

describe('the budget of a shop', () => {
  it('in messages holds to the last one while several workers send at once', async () => {
    await limitTo({ messages: 130 });
    const ids = await plan(300);
    for (let round = 0; round < 3; round += 1) await Promise.all([deliver(), deliver(), deliver(), deliver()]);
    expect(await fates(ids)).toEqual({ sent: 130, [WAITS]: 170 });
    expect(await spent()).toEqual({ messages: 130, cents: 975 });
  });

  it('in money holds to the last cent while several workers send at once', async () => {
    await limitTo({ cost: 1_000 });
    const ids = await plan(300);
    for (let round = 0; round < 3; round += 1) await Promise.all([deliver(), deliver(), deliver(), deliver()]);
    expect(await fates(ids)).toEqual({ sent: 133, [WAITS]: 167 });
    expect(await spent()).toEqual({ messages: 133, cents: 997.5 });
  });

  it('is one for all days of the month, and a new one in the next month', async () => {
    await limitTo({ messages: 3 });
    const first = await plan(2);
    await deliver();
    await goTo('2026-03-11T10:00:00Z');
    const second = await plan(2);
    await deliver();
    expect([await fates(first), await fates(second)]).toEqual([{ sent: 2 }, { sent: 1, [WAITS]: 1 }]);
    await goTo(APRIL);
    await deliver();
    expect(await fates(second)).toEqual({ sent: 2 });
  });

  it('holds around midnight too, when two fences count on different days', async () => {
    await limitTo({ messages: 1 });
    const early = await plan(1);
    const slow = new SlowBooks(rig.contacts);
    const before = deliver(undefined, slow);
    await slow.arrived;
    await goTo(AFTER_MIDNIGHT);
    const late = await plan(1);
    const after = deliver();
    await somebodyWaits();
    slow.goOn();
    await Promise.all([before, after]);
    expect([await fates(early), await fates(late)]).toEqual([{ sent: 1 }, { [WAITS]: 1 }]);
  });

  it('stands in the way of no service message, and counts them', async () => {
    await limitTo({ messages: 2 });
    const facts = await plan(3, { class: 'service' });
    await deliver();
    const sale = await plan(1);
    await deliver();
    expect([await fates(facts), await fates(sale)]).toEqual([{ sent: 3 }, { [WAITS]: 1 }]);
    expect(await spent()).toMatchObject({ messages: 3 });
  });

  it('is told of in the verdict', async () => {
    await limitTo({ cost: 10 });
    const ids = await plan(2);
    await deliver();
    const verdicts = await rig.rows(
      `select reason, until, facts from app.contact_verdict where message_id = any($1::uuid[]) and verdict = 'defer'`,
      [ids],
    );
    const facts = { of: 'cost', limit: 10, spent: 7.5, cost: 7.5, currency: 'EUR', month: '2026-03' };
    expect(verdicts).toEqual([
      { reason: 'shop-budget', until: new Date(APRIL), facts: { ...facts, zone: 'Europe/Berlin' } },
    ]);
  });

  it('costs nothing where there is none', async () => {
    await limitTo(null);
    const ids = await plan(3);
    await deliver();
    expect(await fates(ids)).toEqual({ sent: 3 });
    expect(await rig.rows('select from app.sending_day')).toEqual([]);
    expect(await rig.rows('select counted_on from app.message where id = any($1)', [ids])).toEqual(
      ids.map(() => ({ counted_on: null })),
    );
  });
});

describe('what counts', () => {
  it.each([
    ['sent', SENT, 1],
    ['nobody knows', { ...SENT, outcome: 'unknown', phase: 'data' }, 1],
    ['refused for good', { ...SENT, outcome: 'permanent', code: '21211' }, 0],
    ['put back', { ...SENT, outcome: 'transient', code: '429' }, 0],
    ['the provider is down', { ...SENT, outcome: 'provider_down', code: '503' }, 0],
  ] satisfies [string, HandOverResult, number][])('of an outcome: %s', async (_, answer, counted) => {
    await limitTo({ messages: 10 });
    await plan(1);
    await deliver(new Provider(answer));
    expect(await spent()).toEqual({ messages: counted, cents: counted * 7.5 });
  });

  it('a message that is tried again counts once', async () => {
    await limitTo({ messages: 1 });
    const [id = ''] = await plan(1);
    for (let tries = 0; tries < 3; tries += 1) {
      await deliver(new Provider({ ...SENT, outcome: 'transient', code: '429' }));
      await rig.rows('update app.message set not_before = app.now() where id = $1', [id]);
    }
    await deliver(new Provider(SENT));
    expect(await fates([id])).toEqual({ sent: 1 });
    expect(await spent()).toEqual({ messages: 1, cents: 7.5 });
  });

  it('what was in doubt no longer does when somebody finds that it was not taken', async () => {
    await limitTo({ messages: 10 });
    const [id = ''] = await plan(1);
    await deliver(new Provider({ ...SENT, outcome: 'unknown', phase: 'data' }));
    await rig.settle.run(rig.shopId, id, 'failed', 'not in the log of the provider');
    expect(await spent()).toEqual({ messages: 0, cents: 0 });
  });

  it('what the provider asks takes the place of what was likely, however often it tells', async () => {
    await limitTo({ cost: 20 });
    const [id = ''] = await plan(1);
    await deliver();
    await tell(id, 12.6);
    await tell(id, 12.6, 'EUR', 'delivered');
    expect(await spent()).toEqual({ messages: 1, cents: 12.6 });
    // 7.5 and 7.5 would have fitted
    const next = await plan(1);
    await deliver();
    expect(await fates(next)).toEqual({ [WAITS]: 1 });
    expect(await rig.rows('select from app.sending_change')).toEqual([]);
    expect(await spent()).toEqual({ messages: 1, cents: 12.6 });
    await tell(id, 5);
    expect(await spent()).toEqual({ messages: 1, cents: 5 });
  });

  it('nothing is noted any more once the budget is gone', async () => {
    await limitTo({ cost: 20 });
    const [id = ''] = await plan(1);
    await deliver();
    await limitTo(null);
    await tell(id, 12.6);
    expect(await rig.rows('select from app.sending_change')).toEqual([]);
  });

  it('a price in another currency leaves the likely one', async () => {
    await limitTo({ cost: 20 });
    const [id = ''] = await plan(1);
    await deliver();
    await tell(id, 12.6, 'USD');
    expect(await spent()).toEqual({ messages: 1, cents: 7.5 });
  });

  it('after a change of the currency money counts anew, and messages go on', async () => {
    await limitTo({ cost: 10, messages: 2 });
    await plan(1);
    await deliver();
    await rig.rows(`update app.shop set currency = 'PLN'`);
    const next = await plan(2);
    await deliver();
    expect(await fates(next)).toEqual({ sent: 1, [WAITS]: 1 });
  });
});
