import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type HeldPlace, ManageShop } from '#app/application';
import { ConfiguredChannels } from '#app/channels';
import type { MonthBudget } from '#app/domain';
import { pg, PgHeldMessages, PgShops } from '#app/persistence';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { DeliveryRig } from './delivery-rig.js';

jest.setTimeout(120_000);
const OPTED_IN = { state: 'opted_in', at: '2026-01-01T00:00:00.000Z', proof: null, statements: {} } as const;
const DUE = {
  dueAt: '2026-03-10T10:00:00Z',
  class: 'marketing',
  template: 'sms-only',
  medium: 'sms',
  customer: { consents: { email: OPTED_IN, sms: OPTED_IN } },
} as const;
/** Nobody waits to be asked. */
const NO_OPT_INS = { media: () => Promise.resolve([]) } as never;

let rig: DeliveryRig;
beforeAll(async () => {
  rig = await DeliveryRig.start('budget_raised');
  await rig.rows('select app.ensure_partitions($1)', ['2026-03-01']);
  await rig.rows('select app.set_virtual_clock($1)', ['2026-03-10T22:30:00.000Z']);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  await rig.rows(`update app.message set state = 'failed' where state = 'queued'`);
  await rig.rows('delete from app.sending_day');
  await rig.rows('update app.shop set contact_rules = $1', [
    { ...NO_CONTACT_RULES, shopPerMonth: { sms: { messages: 1 } } },
  ]);
});

const deliver = () => rig.deliverer(new ConfiguredChannels({})).run('sms');
const plan = (count: number) => rig.plan(count, DUE);
const raise = (sms: MonthBudget) =>
  new ManageShop(rig.uow, new PgShops(), NO_OPT_INS, new PgHeldMessages()).change(rig.shopId, {
    contactRules: { shopPerMonth: { sms } },
  });

/** How many were sent, and how many wait for April. */
async function fates(ids: readonly string[]): Promise<{ sent: number; held: number }> {
  const messages = await Promise.all(ids.map((id) => rig.message(id)));
  const isHeld = messages.filter(({ state, not_before: until }) => state === 'queued' && until.getUTCDate() === 31);
  return { sent: messages.filter(({ state }) => state === 'sent').length, held: isHeld.length };
}

async function somebodyWaits(): Promise<void> {
  const isWaiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await rig.rows(isWaiting)).length === 0);
}

describe('a budget that is raised', () => {
  it('lets out at once what waited for the next month', async () => {
    const ids = await plan(3);
    await deliver();
    expect(await fates(ids)).toEqual({ sent: 1, held: 2 });
    await raise({ messages: 2 });
    await deliver();
    expect(await fates(ids)).toEqual({ sent: 2, held: 1 });
  });

  it('holds nobody up who sends meanwhile, however many there are', async () => {
    const [first = '', ...held] = await plan(2);
    await deliver();
    let letGo = (): void => {};
    const busy = new Promise<void>((resolve) => (letGo = resolve));
    const other = rig.uow.inShop(rig.shopId, async (tx) => {
      await pg(tx).run('select from app.message where id = any($1) for update', [[first, ...held]]);
      await busy;
    });
    const raised = raise({ messages: 9 });
    await somebodyWaits();
    const late = await plan(1);
    await deliver().finally(letGo);
    expect(await fates(late)).toEqual({ sent: 1, held: 0 });
    await Promise.all([other, raised]);
    await deliver();
    expect(await fates([first, ...held])).toEqual({ sent: 2, held: 0 });
  });

  it('takes each message up once, also those that are put off again', async () => {
    const ids = await plan(4);
    await deliver();
    const store = new PgHeldMessages();
    const release = (after: HeldPlace | null) => rig.uow.inShop(rig.shopId, (tx) => store.releaseBudget(tx, after, 2));
    const half = await release(null);
    await deliver();
    expect(await fates(ids)).toEqual({ sent: 1, held: 3 });
    expect(await release(half)).toBeNull();
    expect(await fates(ids)).toEqual({ sent: 1, held: 2 });
  });
});
