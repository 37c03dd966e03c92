import { createHmac } from 'node:crypto';
import type { IncomingRequest, ParsedBody } from '#app/application';
import { CONTEXT, describeSourceContract } from '../source.contract.js';
import { wooCommerceSource } from './woocommerce.source.js';

const order = {
  id: 812,
  number: '812',
  status: 'processing',
  currency: 'EUR',
  total: '31.50',
  date_created_gmt: '2026-04-10T06:00:00',
  date_modified_gmt: '2026-04-10T06:05:00',
  date_paid_gmt: '2026-04-10T06:01:00',
  date_completed_gmt: null,
  customer_id: 0,
  billing: { first_name: 'Ada', last_name: 'King', email: 'ada@example.org', phone: '030 1234567', country: 'DE' },
  shipping: { first_name: '', country: '' },
  line_items: [{ id: 3, name: 'Mug', product_id: 93, quantity: 2, price: 15.75, sku: '' }],
  refunds: [],
  meta_data: [
    { id: 1, key: 'promised_delivery_date', value: '2026-04-15' },
    { id: 2, key: 'newsletter', value: 'yes' },
  ],
};

function delivery(secret: string, topic: string, body: object, id = '1'): IncomingRequest {
  const text = JSON.stringify(body);
  return {
    headers: {
      'x-wc-webhook-topic': topic,
      'x-wc-webhook-delivery-id': id,
      'x-wc-webhook-signature': createHmac('sha256', secret).update(text).digest('base64'),
    },
    rawBody: Buffer.from(text),
    contentType: 'application/json',
  };
}

function parse(topic: string, body: object, settings: object = {}): ParsedBody {
  return wooCommerceSource.parse(
    { headers: { 'x-wc-webhook-topic': topic }, body: JSON.stringify(body) },
    { ...CONTEXT, settings },
  );
}

const typesOf = ({ events }: ParsedBody): string[] => events.map(({ type }) => type);

describeSourceContract('woocommerce', {
  kind: wooCommerceSource,
  secrets: ['first', 'second'],
  nowMs: 0,
  deliver: (secret) => delivery(secret, 'order.created', order),
  deliverAnother: (secret) => delivery(secret, 'order.created', { ...order, total: '32.00' }),
  deliverUnknown: (secret) => delivery(secret, 'coupon.created', { id: 1 }),
});

describe('WooCommerce', () => {
  it('tells an order of a guest placed and paid', () => {
    const { events } = parse('order.created', order, { consentMeta: 'newsletter' });
    expect(events.map(({ type, occurredAt, onceKey }) => [type, occurredAt, onceKey])).toEqual([
      ['order.placed', '2026-04-10T06:00:00.000Z', 'order.placed:812'],
      ['order.paid', '2026-04-10T06:01:00.000Z', 'order.paid:812'],
    ]);
    expect(events[0]).toMatchObject({
      customer: { email: 'ada@example.org', phone: '+49301234567' },
      data: {
        name: '#812',
        total: { amount: 3150, currency: 'EUR' },
        lines: [{ id: '3', title: 'Mug', quantity: 2, price: { amount: 1575, currency: 'EUR' }, productId: '93' }],
        promisedDate: '2026-04-15',
        profile: { firstName: 'Ada', lastName: 'King', country: 'DE' },
        consents: [{ channel: 'email' }],
      },
    });
    expect(events[0]?.customer).not.toHaveProperty('externalId');
  });

  it('tells all that a created order has already been through', () => {
    const completed = { ...order, status: 'completed', date_completed_gmt: '2026-04-10T06:04:00' };
    expect(typesOf(parse('order.created', completed))).toEqual(['order.placed', 'order.paid', 'order.fulfilled']);
    expect(typesOf(parse('order.updated', completed))).toEqual([
      'order.placed',
      'order.updated',
      'order.paid',
      'order.fulfilled',
    ]);
  });

  it('waits for the payment of a pending order unless the source says otherwise', () => {
    const pending = { ...order, status: 'pending', date_paid_gmt: null };
    expect(parse('order.created', pending)).toMatchObject({ events: [], ignored: 'an order that is pending' });
    expect(typesOf(parse('order.created', pending, { placedWhenPending: true }))).toEqual(['order.placed']);
  });

  it('takes an unpaid order that is cancelled for one that never was', () => {
    expect(typesOf(parse('order.updated', { ...order, status: 'cancelled', date_paid_gmt: null }))).toEqual([
      'order.cancelled',
    ]);
  });

  it('tells each refund once, as a positive amount', () => {
    const { events } = parse('order.updated', {
      ...order,
      refunds: [
        { id: 900, total: '-4.50' },
        { id: 901, total: '-1.00' },
      ],
    });
    expect(events.filter(({ type }) => type === 'order.refunded').map(({ data, onceKey }) => [data, onceKey])).toEqual([
      [{ refundId: '900', amount: { amount: 450, currency: 'EUR' }, full: false }, 'order.refunded:812:900'],
      [{ refundId: '901', amount: { amount: 100, currency: 'EUR' }, full: false }, 'order.refunded:812:901'],
    ]);
    expect(parse('order.updated', { ...order, status: 'refunded' }).events.at(-1)?.data).toEqual({
      refundId: 'order-812',
      amount: { amount: 3150, currency: 'EUR' },
      full: true,
    });
  });

  it('leaves drafts and failed payments out', () => {
    expect(parse('order.updated', { ...order, status: 'checkout-draft' }).events).toEqual([]);
    expect(parse('order.updated', { ...order, status: 'failed' }).events).toEqual([]);
  });

  it('keeps customers apart from guests', () => {
    expect(parse('order.created', { ...order, customer_id: 44 }).events[0]?.customer).toMatchObject({
      externalId: '44',
    });
    expect(
      parse('customer.updated', {
        id: 44,
        email: 'ada@example.org',
        date_modified_gmt: '2026-04-10T06:05:00',
        billing: { phone: '123', country: 'DE' },
      }).events,
    ).toEqual([
      {
        type: 'customer.updated',
        occurredAt: '2026-04-10T06:05:00.000Z',
        customer: { externalId: '44', email: 'ada@example.org' },
        data: { profile: { country: 'DE' } },
      },
    ]);
  });

  it('tells a ping from a forged delivery', () => {
    const ping = {
      headers: {},
      rawBody: Buffer.from('webhook_id=12'),
      contentType: 'application/x-www-form-urlencoded',
    };
    expect(wooCommerceSource.isPing?.(ping)).toBe(true);
    expect(wooCommerceSource.isPing?.({ ...ping, rawBody: Buffer.from('webhook_id=12&id=3') })).toBe(false);
    expect(wooCommerceSource.isPing?.({ ...ping, contentType: 'application/json' })).toBe(false);
    expect(wooCommerceSource.isPing?.({ ...ping, headers: { 'x-wc-webhook-topic': 'order.created' } })).toBe(false);
  });

  it.each(['Tom &amp; Jerry', 'Tom &#038; Jerry'])('signs with the secret %j as WordPress decodes it', (secret) => {
    const request = delivery('Tom & Jerry', 'order.created', order);
    expect(wooCommerceSource.verify(request, [secret], 0).genuine).toBe(true);
    expect(wooCommerceSource.verify(request, ['Tom & Jerry'], 0).genuine).toBe(true);
  });

  it('tells deliveries of one second apart by their content', () => {
    const first = delivery('s', 'order.updated', order);
    expect(wooCommerceSource.dedupeKey(first)).not.toBe(
      wooCommerceSource.dedupeKey(delivery('s', 'order.updated', { ...order, status: 'completed' })),
    );
    expect(wooCommerceSource.dedupeKey(first)).toBe(
      wooCommerceSource.dedupeKey(delivery('s', 'order.updated', order, '2')),
    );
  });
});
