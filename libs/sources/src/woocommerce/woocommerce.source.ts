import type { ParsedBody, SourceKind } from '#app/application';
import { readJsonObject, textOf } from '../json-body.js';
import { GENUINE, hmacSha256, isSameSignature, notGenuine, sha256Hex } from '../signature.js';
import { parseCustomer } from './customer.js';
import { parseOrder } from './order.js';
import { wooCommerceSettings, type WooCommerceSettings } from './woocommerce-settings.schema.js';

const FORM = 'application/x-www-form-urlencoded';
const PING = /^webhook_id=\d{1,20}$/;

/** What WordPress' wp_specialchars_decode undoes before it signs with a secret. */
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&#038;': '&',
  '&#38;': '&',
  '&lt;': '<',
  '&#060;': '<',
  '&gt;': '>',
  '&#062;': '>',
  '&quot;': '"',
  '&#034;': '"',
  '&#x22;': '"',
  '&#039;': "'",
  '&#x27;': "'",
};
const ENTITY = new RegExp(Object.keys(ENTITIES).join('|'), 'g');

/**
 * WooCommerce's webhooks. Signed over the body, without time stamp; sent once and never again, and only after the fact, so that
 * several changes may come as one delivery. https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks
 */
export const wooCommerceSource: SourceKind<WooCommerceSettings> = {
  code: 'woocommerce',
  title: 'WooCommerce',
  settings: wooCommerceSettings,
  keptHeaders: ['x-wc-webhook-topic'],
  contentTypes: ['application/json'],

  refuseSecret(secret) {
    return secret.trim() === '' ? 'Give the secret that the webhook was saved with.' : undefined;
  },

  /** Sent unsigned when the webhook is saved; answered otherwise than 200 the merchant can't activate it. */
  isPing({ headers, contentType, rawBody }) {
    return (
      contentType === FORM &&
      headers['x-wc-webhook-topic'] === undefined &&
      rawBody.length < 64 &&
      PING.test(rawBody.toString('latin1'))
    );
  },

  verify({ headers, rawBody }, secrets) {
    const signature = headers['x-wc-webhook-signature'];
    let isGenuine = false;
    for (const secret of secrets) {
      const decoded = secret.replaceAll(ENTITY, (entity) => ENTITIES[entity] ?? entity);
      isGenuine = isSameSignature(hmacSha256(decoded, rawBody), signature) || isGenuine;
    }
    return isGenuine
      ? GENUINE
      : notGenuine(
          signature === undefined ? 'no X-WC-Webhook-Signature header' : 'X-WC-Webhook-Signature does not match',
        );
  },

  /**
   * X-WC-Webhook-Delivery-ID is shared by deliveries of the same second, so the content decides: the hash covers the resource's
   * id and its date_modified_gmt.
   */
  dedupeKey({ headers, rawBody }) {
    return `${(headers['x-wc-webhook-topic'] ?? 'unknown').slice(0, 64)}|${sha256Hex(rawBody)}`;
  },

  parse({ headers, body }, context): ParsedBody {
    const topic = textOf(headers['x-wc-webhook-topic']);
    const settings = wooCommerceSettings.parse(context.settings ?? {});
    switch (topic) {
      case 'order.created':
      case 'order.updated':
      case 'order.restored':
        return parseOrder(readJsonObject(body), topic, settings, context.receivedAt);
      case 'customer.created':
      case 'customer.updated':
        return parseCustomer(readJsonObject(body), topic, context.receivedAt);
      default:
        return {
          events: [],
          ignored: topic === undefined ? 'no topic header' : `the topic ${topic.slice(0, 64)} means nothing here`,
        };
    }
  },
};
