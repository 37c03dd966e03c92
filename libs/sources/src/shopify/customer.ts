import type { ParsedBody } from '#app/application';
import {
  type ConsentChange,
  type CustomerRef,
  type Instant,
  type IsoInstant,
  type NormalisedEvent,
  toIso,
} from '#app/domain';
import {
  countryOf,
  emailOf,
  idOf,
  type JsonObject,
  localeOf,
  objectOf,
  requiredId,
  stated,
  tagsOf,
  textOf,
  timeOf,
} from '../json-body.js';
import { phoneOf } from '../phone.js';
import type { ShopifySettings } from './shopify-settings.schema.js';

/** One delivery as the mappings of the topics see it. */
export interface Delivery {
  readonly body: JsonObject;
  /** X-Shopify-Triggered-At, RFC 3339 with nanoseconds. */
  readonly triggeredAt: string | undefined;
  readonly receivedAt: Instant;
  readonly settings: ShopifySettings;
}

/** `not_subscribed`, `invalid` and null say that nobody consented and nobody withdrew. */
const CONSENT_STATES: Readonly<Record<string, ConsentChange['state']>> = {
  subscribed: 'opted_in',
  unsubscribed: 'opted_out',
  redacted: 'opted_out',
  pending: 'pending',
};

export function customerRefOf(customer: JsonObject): CustomerRef | undefined {
  const country = countryOf(objectOf(customer['default_address'])['country_code']);
  const ref = stated({
    externalId: idOf(customer['id']),
    email: emailOf(customer['email']),
    phone: phoneOf([customer['phone']], country),
  });
  return Object.keys(ref).length > 0 ? ref : undefined;
}

/** Since 2025-01 the customer carries no consent; older API versions do, and then it is told as well. */
export function customerEvents(delivery: Delivery, type: 'customer.created' | 'customer.updated'): ParsedBody {
  const { body } = delivery;
  const id = requiredId(body['id'], '/id');
  const customer = customerRefOf(body);
  const time = type === 'customer.created' ? body['created_at'] : body['updated_at'];
  const occurredAt = timeOf(time) ?? timeOf(delivery.triggeredAt) ?? toIso(delivery.receivedAt);
  const profile = stated({
    firstName: textOf(body['first_name']),
    lastName: textOf(body['last_name']),
    locale: localeOf(body['locale']),
    country: countryOf(objectOf(body['default_address'])['country_code']),
    tags: tagsOf(body['tags']),
  });
  const event: NormalisedEvent = {
    type,
    occurredAt,
    customer,
    data: { profile },
    ...(type === 'customer.created' && { onceKey: `customer.created:${id}` }),
  };
  const consents = (['email', 'sms'] as const).flatMap((channel) => {
    const change = consentChange(objectOf(body[`${channel}_marketing_consent`]), channel);
    return change
      ? [{ type: 'consent.changed' as const, occurredAt: change.at ?? occurredAt, customer, data: change.data }]
      : [];
  });
  return { events: [event, ...consents] };
}

/** The customer's id is `customer_id` in the e-mail topic and `id` in the one for text messages. */
export function consentOf({ body, triggeredAt, receivedAt }: Delivery, channel: 'email' | 'sms'): ParsedBody {
  const externalId =
    channel === 'email' ? requiredId(body['customer_id'], '/customer_id') : requiredId(body['id'], '/id');
  const change = consentChange(objectOf(body[`${channel}_marketing_consent`]), channel);
  if (!change) return { events: [], ignored: 'a consent that says neither yes nor no' };
  const customer = stated({
    externalId,
    email: channel === 'email' ? emailOf(body['email_address']) : undefined,
    phone: channel === 'sms' ? phoneOf([body['phone']], undefined) : undefined,
  });
  const occurredAt = change.at ?? timeOf(triggeredAt) ?? toIso(receivedAt);
  return { events: [{ type: 'consent.changed', occurredAt, customer, data: change.data }] };
}

function consentChange(
  consent: JsonObject,
  channel: 'email' | 'sms',
): { readonly data: ConsentChange; readonly at: IsoInstant | undefined } | undefined {
  const named = textOf(consent['state'])?.toLowerCase();
  const state = named !== undefined && Object.hasOwn(CONSENT_STATES, named) ? CONSENT_STATES[named] : undefined;
  if (state === undefined) return undefined;
  // a withdrawal is the person's own word and needs no double opt-in to be firm
  const isFirm = state === 'opted_out' || consent['opt_in_level'] === 'confirmed_opt_in';
  return {
    data: { channel, state, level: isFirm ? 'confirmed' : 'single', proof: `shopify ${named}` },
    at: timeOf(consent['consent_updated_at']),
  };
}
