import { createHash, createHmac } from 'node:crypto';
import type { HttpClient, HttpReply } from './http-client.js';

export interface ShopifyWebhook {
  topic: string;
  /** The same again for a repeated delivery */
  webhookId: string;
  /** ISO 8601 */
  triggeredAt: string;
  body: string;
}

/** A UUID made from names, the same for the same names. */
export function uuidOf(...names: string[]): string {
  const hex = createHash('sha256').update(names.join('\0')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

export function shopifySignature(body: string | Buffer, secret: string): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

export function shopifyHeaders(webhook: ShopifyWebhook, secret: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-shopify-topic': webhook.topic,
    'x-shopify-hmac-sha256': shopifySignature(webhook.body, secret),
    'x-shopify-shop-domain': 'sender.myshopify.com',
    'x-shopify-api-version': '2026-04',
    'x-shopify-webhook-id': webhook.webhookId,
    'x-shopify-event-id': uuidOf('event', webhook.webhookId),
    'x-shopify-triggered-at': webhook.triggeredAt,
  };
}

/** Delivers webhooks to one source, signed. */
export class ShopifySender {
  constructor(
    private readonly http: HttpClient,
    private readonly path: string,
    private readonly secret: string,
  ) {}

  send(webhook: ShopifyWebhook): Promise<HttpReply> {
    return this.http.send({
      method: 'POST',
      path: this.path,
      headers: shopifyHeaders(webhook, this.secret),
      body: webhook.body,
    });
  }
}
