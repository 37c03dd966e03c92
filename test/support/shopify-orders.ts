import { type ShopifyWebhook, uuidOf } from './shopify-sender.js';

export interface SampleOrder {
  id: number;
  email: string;
  phone?: string;
  /** ISO 8601 */
  at: string;
}

/** `orders/create` of one lamp. The same order gives the same webhook. */
export function orderPlaced({ id, email, phone, at }: SampleOrder): ShopifyWebhook {
  const body = {
    id,
    admin_graphql_api_id: `gid://shopify/Order/${id}`,
    name: `#${id}`,
    created_at: at,
    processed_at: at,
    updated_at: at,
    currency: 'EUR',
    total_price: '42.00',
    email,
    contact_email: email,
    phone: phone ?? null,
    buyer_accepts_marketing: true,
    customer_locale: 'en',
    customer: { id: id + 1_000_000, email, first_name: 'Ada', last_name: 'Example', phone: phone ?? null },
    line_items: [{ id: id * 10, title: 'Reading lamp', quantity: 1, price: '42.00', sku: 'LAMP-1' }],
    note_attributes: [],
    test: false,
    tags: '',
  };
  return webhook('orders/create', id, at, body);
}

/** `fulfillment_events/create` that says the only parcel has arrived. */
export function parcelDelivered({ id, at }: Pick<SampleOrder, 'id' | 'at'>): ShopifyWebhook {
  const body = {
    id: id * 100,
    fulfillment_id: id * 10 + 1,
    order_id: id,
    status: 'delivered',
    message: null,
    happened_at: at,
    created_at: at,
    updated_at: at,
    estimated_delivery_at: null,
  };
  return webhook('fulfillment_events/create', id, at, body);
}

function webhook(topic: string, id: number, triggeredAt: string, body: object): ShopifyWebhook {
  return { topic, webhookId: uuidOf(topic, String(id)), triggeredAt, body: JSON.stringify(body) };
}
