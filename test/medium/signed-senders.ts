import { createHmac, randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { orderPlaced } from '../support/shopify-orders.js';
import { shopifyHeaders } from '../support/shopify-sender.js';

export interface Delivery {
  readonly headers: Record<string, string>;
  readonly body: string;
}
export interface Sender {
  readonly kind: string;
  readonly secret: string;
  /** Name of the header that holds the signature. */
  readonly signature: string;
  /** @param id the sender's own id of the happening */
  readonly deliver: (id: number, secret: string) => Delivery;
}

export const standardEvent = (id: number) => ({
  id: `standard-${id}`,
  type: 'survey.answered',
  occurredAt: '2026-03-01T08:00:00Z',
  order: { externalId: '7' },
  data: { survey: 'delivery-csat', score: 4 },
});
const standard = (id: string, secret: string, atMs: number, body: string): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(atMs / 1_000)),
  'webhook-signature': new Webhook(secret).sign(id, new Date(atMs), body),
});

export const SENDERS: readonly Sender[] = [
  {
    kind: 'shopify',
    secret: 'a secret of a shop',
    signature: 'x-shopify-hmac-sha256',
    deliver(id, secret) {
      const webhook = orderPlaced({ id, email: 'ada@mail.example', at: '2026-03-01T00:00:00Z' });
      const { 'content-type': _type, ...headers } = shopifyHeaders(webhook, secret);
      return { headers, body: webhook.body };
    },
  },
  {
    kind: 'woocommerce',
    secret: 'a secret of another shop',
    signature: 'x-wc-webhook-signature',
    deliver(id, secret) {
      const body = JSON.stringify({ id, number: String(id), status: 'processing', currency: 'EUR', total: '31.50' });
      const signature = createHmac('sha256', secret).update(body).digest('base64');
      return { headers: { 'x-wc-webhook-topic': 'order.created', 'x-wc-webhook-signature': signature }, body };
    },
  },
  {
    kind: 'standard-webhooks',
    secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    signature: 'webhook-signature',
    deliver(id, secret) {
      const body = JSON.stringify(standardEvent(id));
      return { headers: standard(`standard-${id}`, secret, Date.now(), body), body };
    },
  },
];

/** The genuine signature, changed. */
export const SIGNATURES: readonly (readonly [name: string, change: (signature: string) => string | undefined])[] = [
  ['none', () => undefined],
  ['empty', () => ''],
  ['a blank', () => ' '],
  ['null', () => 'null'],
  ['cut by one', (text) => text.slice(0, -1)],
  ['cut by half', (text) => text.slice(0, text.length / 2)],
  ['longer by one', (text) => `${text}A`],
  ['longer by a block', (text) => `${text}AAAA`],
  ['doubled', (text) => `${text}${text}`],
  ['listed twice with a comma', (text) => `${text},${text}x`],
  ['in lower case', (text) => text.toLowerCase()],
  ['in upper case', (text) => text.toUpperCase()],
  ['reversed', (text) => Array.from(text).toReversed().join('')],
  ['quoted', (text) => `"${text}"`],
  ['named', (text) => `sha256=${text}`],
  ['of another version', (text) => `v0,${text.replace('v1,', '')}`],
  ['of the next version', (text) => `v2,${text.replace('v1,', '')}`],
  ['in hexadecimal', (text) => Buffer.from(text.replace('v1,', ''), 'base64').toString('hex')],
  ['in base64 of URLs', (text) => Buffer.from(text.replace('v1,', ''), 'base64').toString('base64url').concat('-_')],
  ['in base64 of base64', (text) => Buffer.from(text).toString('base64')],
  ['of zeros', () => Buffer.alloc(32).toString('base64')],
  ['of chance', () => randomBytes(32).toString('base64')],
  ['of the wrong length', () => randomBytes(20).toString('base64')],
  ['of ten thousand letters', () => 'A'.repeat(10_000)],
  ['a thousand of them', () => Array.from({ length: 300 }, () => `v1,${randomBytes(32).toString('base64')}`).join(' ')],
  ['with padding changed', (text) => text.replace(/=*$/, '==')],
  ['with a character of another alphabet', (text) => text.replace(/[A-Za-z]/, '\xc0')],
];
