import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ContactStore, FoldEvents, ManageCases, RecordAnswers } from '#app/application';
import { ConfiguredChannels } from '#app/channels';
import { type DomainEvent, emptyOrder, type OrderFacts } from '#app/domain';
import { PgAnswerStore, PgCaseFiles, PgFactsReader, PgFactsStore, PgHeldMessages } from '#app/persistence';
import { UuidV7Ids } from '#app/platform';
import { DeliveryRig } from './delivery-rig.js';
import { type MessagePlan } from './planned-message.js';
import { SlowBooks } from './slow-books.js';

jest.setTimeout(60_000);
/** Noon in Berlin, where the shop is. */
const NOON = '2026-03-10T11:00:00.000Z';
const OPTED_IN = { state: 'opted_in', at: '2026-01-01T00:00:00.000Z', proof: null, statements: {} } as const;

let rig: DeliveryRig;
let cases: ManageCases;
let intake: FoldEvents;

beforeAll(async () => {
  rig = await DeliveryRig.start('contact_release');
  const [ids, held] = [new UuidV7Ids(), new PgHeldMessages()];
  cases = new ManageCases(rig.uow, new PgCaseFiles(), held);
  intake = new FoldEvents(new PgFactsStore(), new RecordAnswers(new PgAnswerStore(), ids), ids, rig.secrets, held);
  await rig.rows('select app.ensure_partitions($1)', ['2026-03-01']);
});
afterAll(async () => {
  await rig.stop();
});
beforeEach(async () => {
  await rig.rows('update app.shop set contact_rules = null');
  await rig.rows('select app.set_virtual_clock($1)', [NOON]);
});
afterEach(async () => {
  await rig.rows(`update app.message set state = 'failed' where state in ('queued', 'claimed', 'handing')`);
});

const deliver = (atFence: ContactStore = rig.contacts) =>
  rig.deliverer(new ConfiguredChannels({}), { atFence }).run('email');
async function one(plan: MessagePlan): Promise<string> {
  const due = { dueAt: '2026-03-10T10:00:00Z', expiresAt: '2026-04-01T10:00:00Z', class: 'marketing' } as const;
  return (await rig.plan(1, { ...due, customer: { consents: { email: OPTED_IN } }, ...plan }))[0] ?? '';
}
async function fate(id: string): Promise<string> {
  const { state, reason, not_before } = await rig.message(id);
  return state === 'queued' ? `${reason} until ${not_before.toISOString()}` : `${state} ${reason}`;
}
async function openCase(customerId: string): Promise<string> {
  const id = randomUUID();
  await rig.rows(
    `insert into app.case_file (shop_id, id, topic, title, priority, customer_id, run_id, opened_at)
     values ($1, $2, 'unhappy-customer', 'A case', 'high', $3, $2, app.now())`,
    [rig.shopId, id, customerId],
  );
  return id;
}

/** Gives the order of a message these facts, and has intake hear of its parcel. */
async function tellOf(
  messageId: string,
  before: Partial<OrderFacts>,
): Promise<{ hear: (state: string) => Promise<void> }> {
  const [order] = await rig.rows<{ id: string; external_id: string }>(
    `select o.id, o.external_id from app.orders o join app.message m on m.order_id = o.id where m.id = $1`,
    [messageId],
  );
  const externalId = order?.external_id ?? '';
  await rig.rows('update app.orders set facts = $2 where id = $1', [
    order?.id,
    { ...emptyOrder(externalId), ...before },
  ]);
  return {
    hear: async (state) => {
      const event = {
        id: `${randomUUID()}-0`,
        type: `shipment.${state}`,
        occurredAt: NOON,
        receivedAt: NOON,
        order: { externalId },
        data: { parcelId: 'p1', trackingNumber: 'p1' },
      } as unknown as DomainEvent;
      const incoming = { event, inboxId: randomUUID(), ordinal: 0, sourceId: rig.shopId };
      await rig.uow.inShop(rig.shopId, async (tx) =>
        intake.fold(tx, await new PgFactsReader().shop(tx), Date.parse(NOON), [incoming]),
      );
    },
  };
}

const LATE = { placedAt: '2026-03-01T10:00:00.000Z', promisedDate: '2026-03-08' } as const;

describe('a case that is closed', () => {
  it('lets what it held be looked at again at once', async () => {
    const [customerId, other] = [randomUUID(), randomUUID()];
    const ids = [await one({ customerId }), await one({ customerId: other })];
    const file = await openCase(customerId);
    await openCase(other);
    await deliver();
    const held = 'mood:open-case until 2026-03-11T11:00:00.000Z';
    expect([await fate(ids[0] ?? ''), await fate(ids[1] ?? '')]).toEqual([held, held]);
    await cases.close(rig.shopId, file, 'solved');
    expect(await deliver()).toMatchObject({ claimed: 1, sent: 1 });
    expect([await fate(ids[0] ?? ''), await fate(ids[1] ?? '')]).toEqual(['sent null', held]);
  });

  it('leaves alone what waits for its turn', async () => {
    const customerId = randomUUID();
    await one({ customerId, class: 'review' });
    await deliver();
    const waiting = await one({ customerId, class: 'review' });
    await deliver();
    await cases.close(rig.shopId, await openCase(customerId), 'solved');
    expect(await fate(waiting)).toMatch(/^review-rest until 2026-03-15/);
  });

  it('waits for a judgement under way, which would put the message off by what has just ended', async () => {
    const customerId = randomUUID();
    const id = await one({ customerId });
    const file = await openCase(customerId);
    const books = new SlowBooks(rig.contacts);
    const delivering = deliver(books);
    await books.arrived;
    const closing = cases.close(rig.shopId, file, 'solved');
    // long enough for a closing that doesn't wait
    await Promise.race([closing, rig.clock.sleep(300)]);
    books.goOn();
    await Promise.all([delivering, closing]);
    expect(await fate(id)).toBe(`mood:open-case until ${NOON}`);
    await deliver();
    expect(await fate(id)).toBe('sent null');
  });
});

describe('news of an order', () => {
  it('that end what held a message have it looked at again at once', async () => {
    const ad = await one({ customerId: randomUUID() });
    const { hear } = await tellOf(ad, LATE);
    await deliver();
    expect(await fate(ad)).toBe('mood:late-parcel until 2026-03-11T11:00:00.000Z');
    await hear('in_transit');
    expect(await fate(ad)).toBe('mood:late-parcel until 2026-03-11T11:00:00.000Z');
    await hear('delivered');
    expect(await fate(ad)).toBe(`mood:late-parcel until ${NOON}`);
    await deliver();
    expect(await fate(ad)).toBe('sent null');
  });

  it('free a review request of the order that was under way', async () => {
    const ask = await one({ customerId: randomUUID(), class: 'review' });
    const { hear } = await tellOf(ask, {});
    await hear('in_transit');
    await deliver();
    expect(await fate(ask)).toMatch(/^order-under-way until 2026-03-11/);
    await hear('delivered');
    await deliver();
    expect(await fate(ask)).toBe('sent null');
  });
});
