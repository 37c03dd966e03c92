import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IntakeRig } from '../support/intake-rig.js';
import { Story } from '../support/story.js';

let rig: IntakeRig;
let story: Story;

beforeAll(async () => {
  rig = await IntakeRig.start('facts');
});
afterAll(async () => {
  await rig.stop();
});
beforeEach(() => {
  story = new Story();
  rig.runtime.told = [];
});

const customers = (email: string) => rig.rows<{ id: string }>('select * from app.customer where email = $1', [email]);
const orderRow = async (order = story.order) => {
  const sql = 'select * from app.orders where external_id = $1';
  return (await rig.rows<{ id: string; customer_id: string; facts: { parcels: unknown[] } }>(sql, [order]))[0];
};
const timeline = async (customerId: string): Promise<string[]> => {
  const sql = 'select type from app.event where customer_id = $1 order by occurred_at';
  return (await rig.rows<{ type: string }>(sql, [customerId])).map((row) => row.type);
};
const toldTypes = (): string[] => rig.runtime.told.map(({ event }) => event.type);

describe('a webhook', () => {
  it('becomes a customer, an order and a line of the timeline, and journeys are told', async () => {
    await rig.tell(story.placed({ ...story.mail('ADA'), externalId: '9007199254740993' }));
    const [customer] = await customers(`ada${story.n}@example.com`);
    expect(customer).toMatchObject({ order_count: 1, merged_into: null });
    expect(await orderRow()).toMatchObject({
      customer_id: customer?.id,
      facts: { id: story.order, placedAt: '2026-03-02T09:00:00.000Z', total: { amount: 1990 } },
    });
    expect(await timeline(customer?.id ?? '')).toEqual(['order.placed']);
    expect(rig.runtime.told).toMatchObject([
      { customerId: customer?.id, snapshot: { orderCount: 1, position: { ordinal: 1 }, customerId: customer?.id } },
    ]);
  });

  it('that means nothing is done with its reason', async () => {
    const id = await rig.post();
    await rig.process.run();
    expect(await rig.rows('select state, note from app.inbox_event where id = $1', [id])).toEqual([
      { state: 'done', note: 'nothing in it' },
    ]);
  });

  it('may hold characters that the database refuses', async () => {
    await rig.tell(story.placed(story.mail(), { name: 'nul \0 and \uD800 half' }));
    expect((await orderRow())?.facts).toMatchObject({ name: 'nul  and \uFFFD half' });
  });
});

describe('order of arrival', () => {
  it('is irrelevant to the state of an order', async () => {
    await rig.tell(
      story.placed(story.mail()),
      story.delivered(),
      story.event('shipment.in_transit', '11:00', { parcelId: 'p' }),
    );
    expect((await orderRow())?.facts.parcels).toMatchObject([
      { state: 'delivered', shippedAt: '2026-03-02T11:00:00.000Z' },
    ]);
  });

  it('is that of the inbox within a batch, and each snapshot shows the facts right after its event', async () => {
    await rig.post(story.placed(story.mail()));
    await rig.post(story.placed(story.mail(), { time: '08:00', order: `${story.order}1` }));
    await rig.post(story.delivered());
    await rig.process.run();
    expect(
      rig.runtime.told.map(({ snapshot }) => [
        snapshot.orderCount,
        snapshot.position.ordinal,
        snapshot.order?.parcels.length,
      ]),
    ).toEqual([
      [1, 1, 0],
      [2, 1, 0],
      [2, 2, 1],
    ]);
  });

  it('gives the stored ordinal by time, then by the number of the id', async () => {
    const orders = [`${story.order}`, `9${story.order}`, `8${story.order}`];
    for (const order of orders) await rig.tell(story.placed(story.mail(), { order }));
    const rows = await rig.rows<{ id: string; customer_id: string }>(
      'select id, customer_id from app.orders where external_id = any($1) order by length(external_id), external_id',
      [orders],
    );
    const snapshots = await rig.inShop(async (tx) =>
      rig.facts.snapshots(
        tx,
        await rig.facts.shop(tx),
        rows.map((row) => ({ customerId: row.customer_id, orderId: row.id })),
      ),
    );
    expect(snapshots.map(({ position, orderCount }) => [position.ordinal, orderCount])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });
});

describe('events whose person is not known yet', () => {
  it('wait on the order and reach the person, in order of occurrence, when the order is placed', async () => {
    await rig.tell(story.delivered(), story.event('order.paid', '09:30', {}));
    expect(rig.runtime.told).toEqual([]);
    expect(await orderRow()).toMatchObject({
      customer_id: null,
      facts: { placedAt: null, paidAt: '2026-03-02T09:30:00.000Z' },
    });
    await rig.tell(story.placed(story.mail()));
    expect(toldTypes()).toEqual(['order.placed', 'order.paid', 'shipment.delivered']);
    expect(await timeline((await orderRow())?.customer_id ?? '')).toEqual([
      'order.placed',
      'order.paid',
      'shipment.delivered',
    ]);
    await rig.tell(story.event('order.updated', '16:00', {}, { customer: story.mail() }));
    expect(rig.runtime.told).toHaveLength(4);
  });

  it('reach the person within one batch', async () => {
    await rig.post(story.delivered());
    await rig.post(story.placed(story.mail()));
    await rig.process.run();
    expect(toldTypes()).toEqual(['order.placed', 'shipment.delivered']);
    expect(
      await rig.rows('select 1 from app.event where order_external_id = $1 and customer_id is null', [story.order]),
    ).toEqual([]);
  });

  it('tell of the person once they are known, such as consent', async () => {
    await rig.tell(
      story.event('order.placed', '09:00', { consents: [{ channel: 'email' }] }),
      story.event('order.updated', '10:00', {}, { customer: story.mail() }),
    );
    expect((await customers(story.mail().email))[0]).toMatchObject({
      facts: { consents: { email: { state: 'opted_in' } }, firstSeenAt: '2026-03-02T09:00:00.000Z' },
    });
  });
});

describe('two records of one person', () => {
  it('become one, the elder, by a later event that names both', async () => {
    const { phone } = story;
    await rig.tell(story.placed(story.mail()), story.placed({ phone }, { time: '10:00', order: `${story.order}1` }));
    await rig.tell(story.event('customer.updated', '11:00', {}, { customer: { ...story.mail(), phone }, order: null }));
    const [elder] = await customers(story.mail().email);
    expect(elder).toMatchObject({ order_count: 2, merged_into: null, facts: { phone } });
    expect((await orderRow(`${story.order}1`))?.customer_id).toBe(elder?.id);
    expect(await timeline(elder?.id ?? '')).toEqual(['order.placed', 'order.placed', 'customer.updated']);
    expect(
      await rig.rows('select 1 from app.customer where merged_into = $1 and order_count = 0', [elder?.id]),
    ).toHaveLength(1);
    const identities = await rig.rows('select kind from app.customer_identity where customer_id = $1 order by kind', [
      elder?.id,
    ]);
    expect(identities).toEqual([{ kind: 'email' }, { kind: 'phone' }]);
    expect(rig.runtime.told.at(-1)).toMatchObject({ customerId: elder?.id, snapshot: { orderCount: 2 } });
  });

  it('become one within a batch, and all its events belong to the one that stays', async () => {
    const { phone } = story;
    await rig.post(story.placed(story.mail()));
    await rig.post(story.placed({ phone }, { time: '10:00', order: `${story.order}1` }));
    await rig.post(story.event('customer.updated', '11:00', {}, { customer: { ...story.mail(), phone }, order: null }));
    await rig.process.run();
    expect(new Set(rig.runtime.told.map(({ customerId }) => customerId)).size).toBe(1);
    expect(await customers(story.mail().email)).toMatchObject([{ order_count: 2 }]);
  });

  it('stay two when each has an id of the sender’s: the id decides', async () => {
    await rig.tell(
      story.placed({ externalId: `a${story.n}`, ...story.mail('x') }),
      story.placed({ externalId: `b${story.n}`, ...story.mail('y') }, { time: '10:00', order: `${story.order}1` }),
    );
    await rig.tell(
      story.event(
        'customer.updated',
        '11:00',
        {},
        { customer: { externalId: `b${story.n}`, ...story.mail('x') }, order: null },
      ),
    );
    const owners = await rig.rows<{ n: number }>(
      'select count(distinct customer_id)::int as n from app.customer_identity where value = any($1)',
      [[`a${story.n}`, `b${story.n}`, story.mail('x').email, story.mail('y').email]],
    );
    expect(owners).toEqual([{ n: 2 }]);
  });

  it('are found under the old id, for those who remember it', async () => {
    const { phone } = story;
    await rig.tell(story.placed(story.mail()), story.placed({ phone }, { time: '10:00', order: `${story.order}1` }));
    const loser = (await orderRow(`${story.order}1`))?.customer_id ?? '';
    await rig.tell(story.event('customer.updated', '11:00', {}, { customer: { ...story.mail(), phone }, order: null }));
    const [snapshot] = await rig.inShop(async (tx) =>
      rig.facts.snapshots(tx, await rig.facts.shop(tx), [{ customerId: loser, orderId: null }]),
    );
    expect(snapshot).toMatchObject({ orderCount: 2, order: null, customer: { email: story.mail().email } });
    expect(snapshot?.customerId).not.toBe(loser);
  });
});

describe('repeated news', () => {
  it('changes nothing when an inbox row is processed again', async () => {
    const refund = story.event('order.refunded', '12:00', { amount: { amount: 100, currency: 'EUR' } });
    const id = await rig.post(story.placed(story.mail()), refund, story.delivered());
    await rig.process.run();
    const before = await orderRow();
    rig.runtime.told = [];
    await rig.replay(id);
    expect(rig.runtime.told).toEqual([]);
    expect(await orderRow()).toMatchObject({ facts: before?.facts });
    expect(await timeline(before?.customer_id ?? '')).toHaveLength(3);
  });

  it('of what can happen once only is dropped, from the row that told of it first it is let through', async () => {
    const once = story.event('order.placed', '09:00', {}, { customer: story.mail(), onceKey: `placed|${story.order}` });
    const first = await rig.post(once);
    const second = await rig.post(once);
    await rig.process.run();
    const third = await rig.post(once);
    await rig.process.run();
    await rig.replay(first);
    expect(toldTypes()).toEqual(['order.placed']);
    const notes = await rig.rows('select note from app.inbox_event where id = any($1) order by seq', [
      [first, second, third],
    ]);
    expect(notes).toEqual([{ note: null }, { note: 'told before' }, { note: 'told before' }]);
  });
});
