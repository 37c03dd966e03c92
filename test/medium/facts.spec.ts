import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { CustomerRef, EventDataByType, EventType, NormalisedEvent } from '#app/domain';
import { IntakeRig } from '../support/intake-rig.js';

let rig: IntakeRig;
let made = 0;
let o: string;

beforeAll(async () => {
  rig = await IntakeRig.start('facts');
});
afterAll(async () => {
  await rig.stop();
});
beforeEach(() => {
  made += 1;
  o = String(9_007_199_254_740_993n + BigInt(made));
  rig.runtime.told = [];
});

function anEvent<T extends EventType>(
  type: T,
  time: string,
  data: EventDataByType[T],
  about: { customer?: CustomerRef; order?: string | null; onceKey?: string } = {},
): NormalisedEvent {
  const { customer, order = o, onceKey } = about;
  return {
    type,
    occurredAt: `2026-03-02T${time}:00.000Z`,
    data,
    customer,
    order: order ? { externalId: order } : undefined,
    onceKey,
  } as NormalisedEvent;
}
const mail = (name = 'ada'): CustomerRef => ({ email: `${name}${made}@example.com` });
const placed = (
  customer: CustomerRef,
  rest: Partial<EventDataByType['order.placed']> = {},
  time = '09:00',
  order = o,
): NormalisedEvent =>
  anEvent(
    'order.placed',
    time,
    { name: `#${order}`, total: { amount: 1990, currency: 'EUR' }, ...rest },
    { customer, order },
  );
const delivered = (time = '15:00', order = o): NormalisedEvent =>
  anEvent('shipment.delivered', time, { parcelId: 'p' }, { order });

interface CustomerRow {
  id: string;
  email: string;
  order_count: number;
  merged_into: string | null;
}
const customers = (email: string): Promise<CustomerRow[]> =>
  rig.rows<CustomerRow>('select * from app.customer where email = $1', [email]);
const orderRow = async (order = o) =>
  (
    await rig.rows<{ id: string; customer_id: string; facts: { parcels: unknown[]; refunds: unknown[] } }>(
      'select * from app.orders where external_id = $1',
      [order],
    )
  )[0];
const timeline = async (customerId: string): Promise<string[]> =>
  (
    await rig.rows<{ type: string }>('select type from app.event where customer_id = $1 order by occurred_at', [
      customerId,
    ])
  ).map((row) => row.type);
const toldTypes = (): string[] => rig.runtime.told.map(({ event }) => event.type);

describe('a webhook', () => {
  it('becomes a customer, an order and a line of the timeline, and journeys are told', async () => {
    await rig.tell(placed({ ...mail('ADA'), externalId: '9007199254740993' }));
    const [customer] = await customers(`ada${made}@example.com`);
    expect(customer).toMatchObject({ order_count: 1, merged_into: null });
    expect(await orderRow()).toMatchObject({
      customer_id: customer?.id,
      facts: { id: o, placedAt: '2026-03-02T09:00:00.000Z', total: { amount: 1990 } },
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
    await rig.tell(placed(mail(), { name: 'nul \0 and \uD800 half' }));
    expect((await orderRow())?.facts).toMatchObject({ name: 'nul  and \uFFFD half' });
  });
});

describe('order of arrival', () => {
  it('is irrelevant to the state of an order', async () => {
    await rig.tell(placed(mail()), delivered(), anEvent('shipment.in_transit', '11:00', { parcelId: 'p' }));
    expect((await orderRow())?.facts.parcels).toMatchObject([
      { state: 'delivered', shippedAt: '2026-03-02T11:00:00.000Z' },
    ]);
  });

  it('is that of the inbox within a batch, and each snapshot shows the facts right after its event', async () => {
    await rig.post(placed(mail()));
    await rig.post(placed(mail(), {}, '08:00', `${o}1`));
    await rig.post(delivered());
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
    const orders = [`${o}`, `9${o}`, `8${o}`];
    for (const order of orders) await rig.tell(placed(mail(), {}, '09:00', order));
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
    await rig.tell(delivered(), anEvent('order.paid', '09:30', {}));
    expect(rig.runtime.told).toEqual([]);
    expect(await orderRow()).toMatchObject({
      customer_id: null,
      facts: { placedAt: null, paidAt: '2026-03-02T09:30:00.000Z' },
    });
    await rig.tell(placed(mail()));
    expect(toldTypes()).toEqual(['order.placed', 'order.paid', 'shipment.delivered']);
    expect(await timeline((await orderRow())?.customer_id ?? '')).toEqual([
      'order.placed',
      'order.paid',
      'shipment.delivered',
    ]);
    await rig.tell(anEvent('order.updated', '16:00', {}, { customer: mail() }));
    expect(rig.runtime.told).toHaveLength(4);
  });

  it('reach the person within one batch', async () => {
    await rig.post(delivered());
    await rig.post(placed(mail()));
    await rig.process.run();
    expect(toldTypes()).toEqual(['order.placed', 'shipment.delivered']);
    expect(await rig.rows('select 1 from app.event where order_external_id = $1 and customer_id is null', [o])).toEqual(
      [],
    );
  });

  it('tell of the person once they are known, such as consent', async () => {
    await rig.tell(
      anEvent('order.placed', '09:00', { consents: [{ channel: 'email' }] }),
      anEvent('order.updated', '10:00', {}, { customer: mail() }),
    );
    expect((await customers(mail().email ?? ''))[0]).toMatchObject({
      facts: { consents: { email: { state: 'opted_in' } }, firstSeenAt: '2026-03-02T09:00:00.000Z' },
    });
  });
});

describe('two records of one person', () => {
  it('become one, the elder, by a later event that names both', async () => {
    const phone = `+3312345${1000 + made}`;
    await rig.tell(placed(mail()), placed({ phone }, {}, '10:00', `${o}1`));
    await rig.tell(anEvent('customer.updated', '11:00', {}, { customer: { ...mail(), phone }, order: null }));
    const [elder] = await customers(mail().email ?? '');
    expect(elder).toMatchObject({ order_count: 2, merged_into: null, facts: { phone } });
    expect((await orderRow(`${o}1`))?.customer_id).toBe(elder?.id);
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
    const phone = `+3312345${1000 + made}`;
    await rig.post(placed(mail()));
    await rig.post(placed({ phone }, {}, '10:00', `${o}1`));
    await rig.post(anEvent('customer.updated', '11:00', {}, { customer: { ...mail(), phone }, order: null }));
    await rig.process.run();
    expect(new Set(rig.runtime.told.map(({ customerId }) => customerId)).size).toBe(1);
    expect(await customers(mail().email ?? '')).toMatchObject([{ order_count: 2 }]);
  });

  it('stay two when each has an id of the sender’s: the id decides', async () => {
    await rig.tell(
      placed({ externalId: `a${made}`, ...mail('x') }),
      placed({ externalId: `b${made}`, ...mail('y') }, {}, '10:00', `${o}1`),
    );
    await rig.tell(
      anEvent('customer.updated', '11:00', {}, { customer: { externalId: `b${made}`, ...mail('x') }, order: null }),
    );
    const owners = await rig.rows<{ n: number }>(
      'select count(distinct customer_id)::int as n from app.customer_identity where value = any($1)',
      [[`a${made}`, `b${made}`, mail('x').email, mail('y').email]],
    );
    expect(owners).toEqual([{ n: 2 }]);
  });

  it('are found under the old id, for those who remember it', async () => {
    const phone = `+3312345${1000 + made}`;
    await rig.tell(placed(mail()), placed({ phone }, {}, '10:00', `${o}1`));
    const loser = (await orderRow(`${o}1`))?.customer_id ?? '';
    await rig.tell(anEvent('customer.updated', '11:00', {}, { customer: { ...mail(), phone }, order: null }));
    const [snapshot] = await rig.inShop(async (tx) =>
      rig.facts.snapshots(tx, await rig.facts.shop(tx), [{ customerId: loser, orderId: null }]),
    );
    expect(snapshot).toMatchObject({ orderCount: 2, order: null, customer: { email: mail().email } });
    expect(snapshot?.customerId).not.toBe(loser);
  });
});

describe('repeated news', () => {
  it('changes nothing when an inbox row is processed again', async () => {
    const refund = anEvent('order.refunded', '12:00', { amount: { amount: 100, currency: 'EUR' } });
    const id = await rig.post(placed(mail(), {}), refund, delivered());
    await rig.process.run();
    const before = await orderRow();
    rig.runtime.told = [];
    await rig.replay(id);
    expect(rig.runtime.told).toEqual([]);
    expect(await orderRow()).toMatchObject({ facts: before?.facts });
    expect(await timeline(before?.customer_id ?? '')).toHaveLength(3);
  });

  it('of what can happen once only is dropped, from the row that told of it first it is let through', async () => {
    const once = { ...placed(mail()), onceKey: `placed|${o}` } as NormalisedEvent;
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

describe('a body that fails', () => {
  it('is buried at once when it can’t be read, and its neighbours go on', async () => {
    const bad = await rig.postBody('[]', 'nobody');
    await rig.post(placed(mail()));
    expect(await rig.process.run()).toMatchObject({ claimed: 2, events: 1, buried: 1 });
    expect(await rig.rows('select code, state from app.dead_letter where ref_id = $1', [bad])).toEqual([
      { code: 'event.invalid', state: 'open' },
    ]);
  });

  it('in a journey is tried five times, while its neighbours go on', async () => {
    rig.runtime.failOn = o;
    const bad = await rig.post(placed(mail('bad')));
    await rig.post(placed(mail(), {}, '09:00', `${o}1`));
    expect(await rig.process.run()).toMatchObject({ claimed: 2, events: 1, released: 1 });
    expect(await customers(mail('bad').email ?? '')).toEqual([]);
    for (let n = 0; n < 3; n += 1) expect(await rig.process.run()).toMatchObject({ released: 1, buried: 0 });
    expect(await rig.process.run()).toMatchObject({ released: 0, buried: 1 });
    rig.runtime.failOn = null;
    expect(await rig.process.run()).toMatchObject({ claimed: 0 });
    expect(await rig.rows('select attempts, error from app.dead_letter where ref_id = $1', [bad])).toEqual([
      { attempts: 5, error: 'the journey broke' },
    ]);
  });
});

describe('consent', () => {
  const said = (state: 'opted_in' | 'opted_out', level: 'single' | 'evidence', time: string): NormalisedEvent =>
    anEvent('consent.changed', time, { channel: 'email', state, level }, { customer: mail(), order: null });
  const suppressed = async (): Promise<boolean> => {
    const hmac = rig.secrets.fingerprint(mail().email ?? '', 'address');
    return (await rig.rows('select 1 from app.suppression where address_hmac = $1', [hmac])).length === 1;
  };

  it('suppresses the address on an opt-out and frees it on a newer opt-in said outright', async () => {
    await rig.tell(said('opted_out', 'single', '10:00'));
    expect(await suppressed()).toBe(true);
    await rig.tell(
      said('opted_in', 'single', '09:00'),
      said('opted_in', 'evidence', '11:00'),
      placed(mail(), { consents: [{ channel: 'email' }] }, '12:00'),
    );
    expect(await suppressed()).toBe(true);
    await rig.tell(said('opted_in', 'single', '13:00'));
    expect(await suppressed()).toBe(false);
  });
});

describe('an answer', () => {
  const scale = { min: 1, max: 5, polarity: 'higher-better', topK: 2 } as const;
  const answered = (score: number, time: string, rest: object = {}): NormalisedEvent =>
    anEvent('survey.answered', time, { survey: 'csat', score, ...rest }, { customer: mail() });
  const answers = () =>
    rig.rows<{ score: number; superseded: boolean }>(
      'select a.score, a.superseded from app.survey_answer a join app.orders o on o.id = a.order_id where o.external_id = $1 order by a.answered_at',
      [o],
    );

  beforeAll(() =>
    rig.publishSurvey({ key: 'csat', metric: 'csat', scale, question: { en: 'How was it?' }, anchors: {} }),
  );

  it('is kept with the scale it was asked on', async () => {
    await rig.tell(placed(mail()), answered(4, '18:00', { comment: 'fine' }));
    expect(
      await rig.rows(
        'select a.metric, a.scale, a.comment from app.survey_answer a join app.orders o on o.id = a.order_id where o.external_id = $1',
        [o],
      ),
    ).toEqual([{ metric: 'csat', scale, comment: 'fine' }]);
    expect(toldTypes()).toContain('survey.answered');
  });

  it('replaces the one before it within a quarter of an hour of the first, whatever the order of arrival', async () => {
    const instanceId = `i${made}`;
    await rig.tell(
      answered(3, '18:10', { instanceId }),
      answered(1, '18:00', { instanceId }),
      answered(5, '18:16', { instanceId }),
    );
    expect(await answers()).toEqual([
      { score: 1, superseded: true },
      { score: 3, superseded: false },
      { score: 5, superseded: true },
    ]);
  });

  it('to a survey nobody knows is refused, unless it brings its metric and scale', async () => {
    const id = await rig.post(answered(4, '18:00', { survey: 'other' }));
    await rig.post(answered(6, '18:00'));
    await rig.post(
      answered(9, '18:00', {
        survey: 'mine',
        metric: 'nps',
        scale: { min: 0, max: 10, polarity: 'higher-better', topK: 2 },
      }),
    );
    expect(await rig.process.run()).toMatchObject({ events: 1, buried: 2 });
    const [letter] = await rig.rows<{ error: string }>('select error from app.dead_letter where ref_id = $1', [id]);
    expect(letter?.error).toBe(
      "Survey 'other' is not known: publish a journey that asks it, or send metric and scale.",
    );
    expect(await answers()).toEqual([{ score: 9, superseded: false }]);
  });
});

describe('isolation', () => {
  it('shows another shop nothing, and nothing at all without a shop', async () => {
    await rig.tell(placed(mail()));
    const other = randomUUID();
    await rig.addShop(other);
    for (const table of [
      'customer',
      'customer_identity',
      'orders',
      'event',
      'inbox_event',
      'inbox_dedupe',
      'survey_answer',
    ]) {
      const sql = `select 1 from app.${table} limit 1`;
      expect(await rig.seenBy(other, sql)).toEqual([]);
      expect(await rig.seenBy(null, sql)).toEqual([]);
    }
    expect(await rig.seenBy(rig.shopId, 'select 1 from app.customer limit 1')).toHaveLength(1);
  });
});

describe('throughput', () => {
  it('needs as many statements for a batch of 200 as for one of 20', async () => {
    const history = (n: number): NormalisedEvent[][] => {
      const order = `${o}${n}`;
      return [[placed({ email: `bulk${made}.${n}@example.com` }, {}, '09:00', order)], [delivered('15:00', order)]];
    };
    const batch = async (count: number, offset: number): Promise<number> => {
      await rig.postAll(Array.from({ length: count / 2 }, (_, n) => history(offset + n)).flat());
      return rig.counting(() => rig.process.run());
    };
    const [small, large] = [await batch(20, 0), await batch(200, 1_000)];
    console.log(`statements for a batch of 20: ${small}, of 200: ${large}`);
    expect(large).toBe(small);

    await rig.postAll(Array.from({ length: 500 }, (_, n) => history(10_000 + n)).flat());
    const startedAt = performance.now();
    let events = 0;
    for (let report = await rig.process.run(); report.claimed > 0; report = await rig.process.run())
      events += report.events;
    console.log(`${Math.round((events * 1_000) / (performance.now() - startedAt))} events/s over ${events} events`);
    expect(events).toBe(1_000);
  });
});
