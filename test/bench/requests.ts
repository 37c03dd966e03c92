import { randomUUID } from 'node:crypto';
import { shopifySignature } from '../support/shopify-sender.js';

/** Where and how a load of orders goes. */
export interface Target {
  port: number;
  path: string;
  secret: string;
}

const VARIANTS = 256;

/** Requests with bodies of exactly `bytes`, signed beforehand; every one has a webhook id of its own. */
export function preparedRequests({ path, secret }: Target, bytes: number): () => Buffer {
  const prepared = Array.from({ length: VARIANTS }, (_, index) => {
    const body = padded(orderBody(index, `load-${index}@example.com`), bytes);
    return { head: headOf(path, body, secret), body };
  });
  let sent = 0;
  return () => {
    const { head, body } = prepared[sent++ % VARIANTS] ?? { head: '', body: '' };
    return Buffer.from(`${head}x-shopify-webhook-id: ${randomUUID()}\r\n\r\n${body}`, 'latin1');
  };
}

/** One signed order of a person of its own. */
export function orderRequest({ path, secret }: Target, number: number, email: string): Buffer {
  const body = JSON.stringify(orderBody(number, email));
  return Buffer.from(`${headOf(path, body, secret)}x-shopify-webhook-id: ${randomUUID()}\r\n\r\n${body}`, 'latin1');
}

function headOf(path: string, body: string, secret: string): string {
  return [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${body.length}`,
    'x-shopify-topic: orders/create',
    'x-shopify-shop-domain: bench.myshopify.com',
    'x-shopify-api-version: 2026-04',
    'x-shopify-triggered-at: 2026-01-05T10:00:00Z',
    `x-shopify-hmac-sha256: ${shopifySignature(body, secret)}`,
    '',
  ].join('\r\n');
}

function orderBody(number: number, email: string): Record<string, unknown> {
  const now = new Date().toISOString();
  return {
    id: 6_000_000_000 + number,
    name: `#${number}`,
    created_at: now,
    processed_at: now,
    currency: 'EUR',
    total_price: '42.00',
    email,
    buyer_accepts_marketing: true,
    customer_locale: 'en',
    customer: { id: 8_000_000_000 + number, email, first_name: 'Ann', last_name: 'Example' },
    line_items: [{ id: 9_000_000_000 + number, title: 'Reading lamp', quantity: 1, price: '42.00', sku: 'LAMP-1' }],
    test: false,
    tags: '',
  };
}

function padded(body: Record<string, unknown>, bytes: number): string {
  const bare = JSON.stringify({ ...body, note: '' }).length;
  return JSON.stringify({ ...body, note: 'x'.repeat(Math.max(0, bytes - bare)) });
}
