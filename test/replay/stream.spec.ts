import { buildData, type Tables } from './orders.js';
import { buildDays, eventOf, postingsOfOrder, shuffled, startOfStream, webhookOf } from './stream.js';

const DELIVERED = {
  order_id: 'aa01',
  customer_id: 'c1',
  order_status: 'delivered',
  order_purchase_timestamp: '2017-03-01 10:00:00',
  order_approved_at: '2017-03-01 10:05:00',
  order_delivered_carrier_date: '2017-03-02 09:00:00',
  order_delivered_customer_date: '2017-03-09 23:30:00',
  order_estimated_delivery_date: '2017-03-20 00:00:00',
};
const CANCELLED = {
  ...DELIVERED,
  order_id: 'aa00',
  customer_id: 'c2',
  order_status: 'canceled',
  order_approved_at: '',
  order_delivered_carrier_date: '',
  order_delivered_customer_date: '',
};

const tables: Tables = {
  orders: [DELIVERED, CANCELLED],
  customers: [
    { customer_id: 'c1', customer_unique_id: 'ann' },
    { customer_id: 'c2', customer_unique_id: 'ann' },
  ],
  items: [
    { order_id: 'aa01', order_item_id: '1', product_id: 'p1', price: '10.10', freight_value: '0.20' },
    { order_id: 'aa01', order_item_id: '2', product_id: 'p2', price: '5.00', freight_value: '1.00' },
  ],
  payments: [{ order_id: 'aa00', payment_value: '33.30' }],
  products: [{ product_id: 'p1', product_category_name: 'brinquedos' }],
  reviews: [
    {
      review_id: 'r1',
      order_id: 'aa01',
      review_score: '5',
      review_comment_title: '',
      review_comment_message: 'Bom',
      review_creation_date: '2017-03-10 00:00:00',
      review_answer_timestamp: '',
    },
  ],
};

describe('the orders', () => {
  it('get ids that grow with purchase time and name, one customer id for one person', () => {
    const { orders } = buildData(tables);
    expect(orders.map(({ name, id, customerId }) => ({ name, id, customerId }))).toEqual([
      { name: 'aa00', id: 5_000_000_001, customerId: 7_000_000_001 },
      { name: 'aa01', id: 5_000_000_002, customerId: 7_000_000_001 },
    ]);
  });

  it('take their total from the lines with freight, and from the payments where there is no line', () => {
    expect(buildData(tables).orders.map(({ total }) => total)).toEqual(['33.30', '16.30']);
  });

  it('read wall time in the zone of the shop', () => {
    expect(new Date(buildData(tables).orders[1]?.purchasedAt ?? 0).toISOString()).toBe('2017-03-01T13:00:00.000Z');
  });
});

describe('the stream', () => {
  const [cancelled, delivered] = buildData(tables).orders;

  it('tells of a delivered order from its purchase to its delivery', () => {
    const told = postingsOfOrder(delivered!).map((posting) => 'topic' in posting && [posting.topic, posting.state]);
    expect(told).toEqual([
      ['orders/create', undefined],
      ['orders/paid', undefined],
      ['fulfillments/create', undefined],
      ['fulfillment_events/create', 'in_transit'],
      ['fulfillment_events/create', 'delivered'],
    ]);
  });

  it('cancels an order 48 hours after its purchase', () => {
    const [placed, ended] = postingsOfOrder(cancelled!);
    expect(ended).toMatchObject({ topic: 'orders/cancelled', at: (placed?.at ?? 0) + 48 * 3_600_000 });
  });

  it('is cut into days of the shop, each ending at its last second', () => {
    const days = buildDays(buildData(tables));
    expect(days.map(({ date, end, postings }) => [date, end, postings.length])).toEqual([
      ['2017-03-01', '2017-03-01T23:59:59-03:00', 3],
      ['2017-03-02', '2017-03-02T23:59:59-03:00', 2],
      ['2017-03-03', '2017-03-03T23:59:59-03:00', 1],
      ['2017-03-09', '2017-03-09T23:59:59-03:00', 1],
      ['2017-03-10', '2017-03-10T23:59:59-03:00', 1],
    ]);
    expect(startOfStream(days)).toBe('2017-03-01T00:00:00-03:00');
  });

  it('gives a webhook the same id and body each time, and every webhook its own id', () => {
    const webhooks = () =>
      postingsOfOrder(delivered!).flatMap((posting) => (posting.kind === 'webhook' ? webhookOf(posting) : []));
    expect(webhooks()).toEqual(webhooks());
    expect(new Set(webhooks().map(({ webhookId }) => webhookId)).size).toBe(5);
  });

  it('sends the order with its lines, its consent and the promised day', () => {
    const [placed] = postingsOfOrder(delivered!);
    const webhook = placed?.kind === 'webhook' ? webhookOf(placed) : undefined;
    expect(JSON.parse(webhook?.body ?? '{}')).toMatchObject({
      id: 5_000_000_002,
      name: 'aa01',
      created_at: '2017-03-01T10:00:00-03:00',
      total_price: '16.30',
      email: 'ann@example.com',
      buyer_accepts_marketing: true,
      line_items: [
        { title: 'brinquedos', price: '10.10' },
        { title: 'sem categoria', price: '5.00' },
      ],
      note_attributes: [{ name: 'promised_delivery_date', value: '2017-03-20' }],
    });
  });

  it('dates an answer without a time of its own by its creation', () => {
    expect(eventOf(buildData(tables).answers[0]!)).toEqual({
      id: 'r1aa01',
      type: 'survey.answered',
      occurredAt: '2017-03-10T00:00:00-03:00',
      customer: { email: 'ann@example.com' },
      order: { externalId: '5000000002' },
      data: { survey: 'delivery-csat', score: 5, comment: 'Bom' },
    });
  });
});

describe('a shuffle', () => {
  const items = Array.from({ length: 50 }, (_, index) => index);

  it('keeps every item and is the same again for the same seed', () => {
    expect(shuffled(items, 7).toSorted((a, b) => a - b)).toEqual(items);
    expect(shuffled(items, 7)).toEqual(shuffled(items, 7));
    expect(shuffled(items, 7)).not.toEqual(items);
    expect(shuffled(items, 7)).not.toEqual(shuffled(items, 8));
  });
});
