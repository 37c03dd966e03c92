import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { IncomingRequest, ParsedBody } from '#app/application';
import { CONTEXT, describeSourceContract } from '../source.contract.js';
import { FULFILMENT_BODY, fulfilmentEventBody, ORDER_ID, orderBody, REFUND_BODY } from './fixtures.js';
import { shopifySource } from './shopify.source.js';

const samples =
  process.env['AFTERGLOW_PAYLOADS'] ?? path.resolve(import.meta.dirname, '../../../../../shared/payloads');

function delivery(
  secret: string,
  topic: string,
  body: string,
  id = 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
): IncomingRequest {
  return {
    headers: {
      'x-shopify-topic': topic,
      'x-shopify-webhook-id': id,
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
      'x-shopify-triggered-at': '2026-04-29T10:00:00.123456789Z',
    },
    rawBody: Buffer.from(body),
    contentType: 'application/json',
  };
}

function parse(topic: string, body: string, settings: object = {}): ParsedBody {
  return shopifySource.parse(
    { headers: { 'x-shopify-topic': topic, 'x-shopify-triggered-at': '2026-04-29T10:00:00.123456789Z' }, body },
    { ...CONTEXT, settings },
  );
}

describeSourceContract('shopify', {
  kind: shopifySource,
  secrets: ['old secret', 'new secret'],
  nowMs: CONTEXT.receivedAt,
  deliver: (secret) => delivery(secret, 'orders/create', orderBody()),
  deliverAnother: (secret) => delivery(secret, 'orders/create', orderBody(), 'another'),
  deliverUnknown: (secret) => delivery(secret, 'products/create', '{"id":1}'),
});

describe('Shopify', () => {
  it('tells an order placed, with its ids, money, promise and consent', () => {
    expect(parse('orders/create', orderBody(), { giftAttribute: 'gift' }).events).toEqual([
      {
        type: 'order.placed',
        occurredAt: '2026-04-20T07:30:00.000Z',
        customer: { externalId: '9107199254740993999', email: 'marie.curie@example.org', phone: '+15145550134' },
        order: { externalId: ORDER_ID },
        onceKey: `order.placed:${ORDER_ID}`,
        data: {
          name: '#2041',
          total: { amount: 5400, currency: 'JPY' },
          lines: [
            {
              id: '9107199254740995001',
              title: 'Sencha 🍵',
              quantity: 2,
              price: { amount: 2700, currency: 'JPY' },
              productId: '77',
              sku: 'SEN-1',
            },
          ],
          promisedDate: '2026-04-27',
          isGift: true,
          statusUrl: 'https://tea.example/orders/2041',
          tags: ['vip', 'gift-wrap'],
          profile: { firstName: 'Marie', lastName: 'Curie', locale: 'fr-CA', country: 'CA' },
          consents: [{ channel: 'email' }],
        },
      },
    ]);
  });

  it('says nothing of consent when the buyer did not tick the box', () => {
    const [event] = parse('orders/create', orderBody(', "buyer_accepts_marketing": false')).events;
    expect(event?.data).not.toHaveProperty('consents');
  });

  it('tells a paid order when it is placed as paid', () => {
    const { events } = parse('orders/create', orderBody(', "financial_status": "paid"'));
    expect(events.map(({ type, occurredAt }) => [type, occurredAt])).toEqual([
      ['order.placed', '2026-04-20T07:30:00.000Z'],
      ['order.paid', '2026-04-20T07:30:20.000Z'],
    ]);
  });

  it('knows no person from a sale over the counter', () => {
    const body = orderBody(', "customer": null, "email": "", "shipping_address": null');
    expect(parse('orders/create', body).events[0]?.customer).toBeUndefined();
  });

  it('reads the promised day from the attribute that the source names', () => {
    const body = orderBody(', "note_attributes": [{"name": "eta", "value": "2026-05-02"}]');
    expect(parse('orders/create', body, { promisedDateAttribute: 'eta' }).events[0]?.data).toMatchObject({
      promisedDate: '2026-05-02',
    });
    expect(parse('orders/create', body).events[0]?.data).not.toHaveProperty('promisedDate');
  });

  it.each([
    ['orders/paid', orderBody(), 'order.paid', '2026-04-29T10:00:00.123Z', `order.paid:${ORDER_ID}`],
    ['orders/updated', orderBody(), 'order.updated', '2026-04-20T07:31:00.000Z', undefined],
    ['orders/fulfilled', orderBody(), 'order.fulfilled', '2026-04-29T10:00:00.123Z', `order.fulfilled:${ORDER_ID}`],
    ['orders/partially_fulfilled', orderBody(), 'order.updated', '2026-04-20T07:31:00.000Z', undefined],
    [
      'orders/edited',
      `{"order_edit": {"id": 3, "order_id": ${ORDER_ID}, "committed_at": "2026-04-21T00:00:00Z"}}`,
      'order.updated',
      '2026-04-21T00:00:00.000Z',
      undefined,
    ],
    [
      'orders/cancelled',
      orderBody(', "cancelled_at": "2026-04-22T00:00:00Z"'),
      'order.cancelled',
      '2026-04-22T00:00:00.000Z',
      `order.cancelled:${ORDER_ID}`,
    ],
    [
      'fulfillments/create',
      FULFILMENT_BODY,
      'shipment.created',
      '2026-04-21T08:00:00.000Z',
      'shipment.created:9107199254740996001',
    ],
    ['refunds/create', REFUND_BODY, 'order.refunded', '2026-04-28T12:00:00.000Z', 'order.refunded:9107199254740997001'],
    [
      'returns/request',
      `{"id": 12, "status": "requested", "order": {"id": ${ORDER_ID}}}`,
      'return.requested',
      '2026-04-29T10:00:00.123Z',
      'return.requested:12',
    ],
  ])('reads %s as the event it is', (topic, body, type, occurredAt, onceKey) => {
    const { events } = parse(topic, body);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type, occurredAt, order: { externalId: ORDER_ID } });
    expect(events[0]?.onceKey).toBe(onceKey);
  });

  it.each([
    ['confirmed', 'shipment.label_created'],
    ['label_purchased', 'shipment.label_created'],
    ['label_printed', 'shipment.label_created'],
    ['ready_for_pickup', 'shipment.available_for_pickup'],
    ['carrier_picked_up', 'shipment.in_transit'],
    ['in_transit', 'shipment.in_transit'],
    ['out_for_delivery', 'shipment.out_for_delivery'],
    ['attempted_delivery', 'shipment.attempt_failed'],
    ['delayed', 'shipment.delayed'],
    ['delivered', 'shipment.delivered'],
    ['failure', 'shipment.exception'],
  ])('reads the fulfilment event %s as %s', (status, type) => {
    expect(parse('fulfillment_events/create', fulfilmentEventBody(status)).events).toEqual([
      expect.objectContaining({
        type,
        occurredAt: '2026-04-23T14:00:00.000Z',
        order: { externalId: ORDER_ID },
        data: {
          parcelId: '9107199254740996001',
          estimatedDeliveryAt: '2026-04-26T18:00:00.000Z',
          message: 'On its way',
        },
      }),
    ]);
  });

  it('sums the successful refund transactions and leaves a mere restock out', () => {
    expect(parse('refunds/create', REFUND_BODY).events[0]?.data).toEqual({
      refundId: '9107199254740997001',
      amount: { amount: 1030, currency: 'EUR' },
    });
    expect(parse('refunds/create', `{"id": 1, "order_id": 2, "transactions": []}`)).toMatchObject({
      events: [],
      ignored: expect.stringContaining('refund'),
    });
  });

  it('takes the parcels that an order carries with it', () => {
    const { events } = parse('orders/fulfilled', orderBody(`, "fulfillments": [${FULFILMENT_BODY}]`));
    expect(events.map(({ type }) => type)).toEqual(['order.fulfilled', 'shipment.created']);
    expect(events[1]?.data).toEqual({
      parcelId: '9107199254740996001',
      carrier: 'Colissimo',
      trackingNumber: '6A123',
      trackingUrl: 'https://track.example/6A123',
    });
  });

  it('reads news of a parcel from an updated fulfilment', () => {
    const of = (fields: string) =>
      parse('fulfillments/update', FULFILMENT_BODY.replace('"shipment_status": null', fields)).events.map(
        ({ type, onceKey }) => [type, onceKey],
      );
    expect(of('"shipment_status": "delivered"')).toEqual([
      ['shipment.delivered', 'shipment.delivered:9107199254740996001'],
    ]);
    expect(of('"shipment_status": null')).toEqual([
      ['shipment.label_created', 'shipment.label_created:9107199254740996001:2026-04-22T08:00:00.000Z'],
    ]);
    expect(of('"shipment_status": "delivered", "status": "cancelled"')).toEqual([]);
  });

  it.each([
    ['subscribed', 'single_opt_in', { state: 'opted_in', level: 'single' }],
    ['subscribed', 'confirmed_opt_in', { state: 'opted_in', level: 'confirmed' }],
    ['unsubscribed', null, { state: 'opted_out', level: 'confirmed' }],
    ['redacted', null, { state: 'opted_out', level: 'confirmed' }],
    ['pending', 'single_opt_in', { state: 'pending', level: 'single' }],
  ])('reads consent %s at level %s', (state, level, expected) => {
    const consent = JSON.stringify({ state, opt_in_level: level, consent_updated_at: '2026-04-02T00:00:00Z' });
    expect(
      parse(
        'customers_email_marketing_consent/update',
        `{"customer_id": 9107199254740993999, "email_address": "M@Example.org", "email_marketing_consent": ${consent}}`,
      ).events,
    ).toEqual([
      {
        type: 'consent.changed',
        occurredAt: '2026-04-02T00:00:00.000Z',
        customer: { externalId: '9107199254740993999', email: 'm@example.org' },
        data: { channel: 'email', proof: `shopify ${state}`, ...expected },
      },
    ]);
    expect(
      parse(
        'customers_marketing_consent/update',
        `{"id": 5, "phone": "+33612345678", "sms_marketing_consent": ${consent}}`,
      ).events,
    ).toEqual([
      expect.objectContaining({
        customer: { externalId: '5', phone: '+33612345678' },
        data: { channel: 'sms', proof: `shopify ${state}`, ...expected },
      }),
    ]);
  });

  it.each([null, 'not_subscribed', 'invalid', 'constructor'])(
    'takes the consent state %j for no statement',
    (state) => {
      const body = JSON.stringify({ id: 5, phone: null, sms_marketing_consent: { state } });
      expect(parse('customers_marketing_consent/update', body)).toMatchObject({
        events: [],
        ignored: expect.any(String),
      });
    },
  );

  it('says nothing of consent when an updated customer carries none', () => {
    const { events } = parse(
      'customers/update',
      '{"id": 9107199254740993999, "updated_at": "2026-04-03T00:00:00Z", "email": "m@example.org", "first_name": "Marie"}',
    );
    expect(events).toEqual([
      {
        type: 'customer.updated',
        occurredAt: '2026-04-03T00:00:00.000Z',
        customer: { externalId: '9107199254740993999', email: 'm@example.org' },
        data: { profile: { firstName: 'Marie' } },
      },
    ]);
  });

  it('passes requests about personal data on', () => {
    const body =
      '{"shop_id": 1, "customer": {"id": 5, "email": "m@example.org", "phone": null}, "data_request": {"id": 88}}';
    expect(parse('customers/data_request', body).events[0]).toMatchObject({
      type: 'customer.data_requested',
      data: { reference: '88' },
      customer: { externalId: '5' },
    });
    expect(parse('customers/redact', body).events[0]?.type).toBe('customer.redacted');
    expect(parse('shop/redact', '{"shop_id": 1}')).toMatchObject({ events: [], ignored: expect.any(String) });
  });

  it('reads the headers of the newer deliveries, which lack the X-', () => {
    const { headers, rawBody } = delivery('s', 'orders/create', orderBody());
    const bare = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.replace(/^x-/, ''), value]));
    const request = { headers: bare, rawBody, contentType: 'application/json' };
    expect(shopifySource.verify(request, ['s'], 0).genuine).toBe(true);
    expect(shopifySource.dedupeKey(request)).toBe(shopifySource.dedupeKey({ ...request, headers }));
    expect(shopifySource.parse({ headers: bare, body: rawBody.toString() }, CONTEXT).events).toHaveLength(1);
  });

  it('tells two topics of one merchant action apart', () => {
    expect(shopifySource.dedupeKey(delivery('s', 'orders/paid', '{}'))).not.toBe(
      shopifySource.dedupeKey(delivery('s', 'orders/updated', '{}')),
    );
  });

  it('leaves test orders out only when the source says so', () => {
    const body = orderBody(', "test": true');
    expect(parse('orders/create', body).events).toHaveLength(1);
    expect(parse('orders/create', body, { ignoreTestOrders: true })).toEqual({ events: [], ignored: 'a test order' });
  });

  const vector = path.join(samples, 'shopify/raw/hmac_vector.txt');
  if (existsSync(vector)) {
    it('verifies the signature that Shopify publishes', () => {
      const [, signature = ''] = /sha256: (\S+)/i.exec(readFileSync(vector.replace('.txt', '.headers'), 'utf8')) ?? [];
      const headers = { 'x-shopify-hmac-sha256': signature };
      const request = { headers, rawBody: readFileSync(vector), contentType: 'application/json' };
      expect(shopifySource.verify(request, ['hush'], 0).genuine).toBe(true);
    });
  } else {
    it.todo('verifies the signature that Shopify publishes (skipped: no data)');
  }
});
