import type { IncomingRequest, ParseContext, ParsedBody, SourceKind, StoredRequest } from '#app/application';
import { readJsonObject, textOf } from '../json-body.js';
import { GENUINE, hmacSha256, isSameSignature, notGenuine, sha256Hex } from '../signature.js';
import { shopifySettings, type ShopifySettings } from './shopify-settings.schema.js';
import { parseTopic } from './topics.js';

/** Shopify names its headers with `X-` in webhooks and without it in the newer event deliveries. */
function header(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return headers[`x-shopify-${name}`] ?? headers[`shopify-${name}`];
}

/**
 * Shopify's webhooks. Signed with the app's client secret, or with the shop's own for webhooks made by hand; no time stamp.
 * https://shopify.dev/docs/apps/build/webhooks
 */
export const shopifySource: SourceKind<ShopifySettings> = {
  code: 'shopify',
  title: 'Shopify',
  settings: shopifySettings,
  keptHeaders: ['x-shopify-topic', 'shopify-topic', 'x-shopify-triggered-at', 'shopify-triggered-at'],
  contentTypes: ['application/json'],

  refuseSecret(secret) {
    return secret.trim() === ''
      ? 'Give the client secret of the app, or the secret shown under Settings, Notifications, Webhooks.'
      : undefined;
  },

  verify(request, secrets) {
    const signature = header(request.headers, 'hmac-sha256');
    let isGenuine = false;
    for (const secret of secrets)
      isGenuine = isSameSignature(hmacSha256(secret, request.rawBody), signature) || isGenuine;
    return isGenuine
      ? GENUINE
      : notGenuine(
          signature === undefined ? 'no X-Shopify-Hmac-SHA256 header' : 'X-Shopify-Hmac-SHA256 does not match',
        );
  },

  /** The delivery's id is the same on every retry. One merchant action raises several topics, so the topic belongs to the key. */
  dedupeKey(request: IncomingRequest): string {
    const topic = header(request.headers, 'topic') ?? 'unknown';
    const delivery = header(request.headers, 'webhook-id') ?? '';
    return delivery === '' || topic.length + delivery.length > 200
      ? sha256Hex(Buffer.concat([Buffer.from(`${topic}|${delivery}|`), request.rawBody]))
      : `${topic}|${delivery}`;
  },

  parse(request: StoredRequest, context: ParseContext): ParsedBody {
    const topic = textOf(header(request.headers, 'topic'));
    if (topic === undefined) return { events: [], ignored: 'no topic header' };
    const settings = shopifySettings.parse(context.settings ?? {});
    return parseTopic(topic, {
      body: readJsonObject(request.body),
      triggeredAt: header(request.headers, 'triggered-at'),
      receivedAt: context.receivedAt,
      settings,
    });
  },
};
