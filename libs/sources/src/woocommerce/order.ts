import type { ParsedBody } from '#app/application';
import {
  type CustomerProfile,
  type CustomerRef,
  type Instant,
  type IsoInstant,
  type Money,
  type NormalisedEvent,
  type OrderDetails,
  toIso,
} from '#app/domain';
import {
  countOf,
  countryOf,
  dayOf,
  emailOf,
  idOf,
  type JsonObject,
  listOf,
  moneyOf,
  objectOf,
  requiredId,
  stated,
  textOf,
  timeOf,
  urlOf,
} from '../json-body.js';
import { phoneOf } from '../phone.js';
import { UTC } from './customer.js';
import type { WooCommerceSettings } from './woocommerce-settings.schema.js';

const MAX_LINES = 500;
const YES = new Set(['yes', 'true', '1']);
/** Not yet an order, or one that nobody paid for. */
const DRAFTS = new Set(['auto-draft', 'checkout-draft', 'draft', 'trash', 'failed']);

interface Order {
  readonly id: string;
  readonly body: JsonObject;
  readonly status: string;
  readonly settings: WooCommerceSettings;
  readonly modifiedAt: IsoInstant;
  readonly customer: CustomerRef | undefined;
  readonly details: OrderDetails;
}

/**
 * WooCommerce has no topics for paid, completed, cancelled or refunded: they are read from the order's state. Each can occur
 * once only, so every delivery tells all of them and repeated news is dropped by its key.
 */
export function parseOrder(
  body: JsonObject,
  topic: string,
  settings: WooCommerceSettings,
  receivedAt: Instant,
): ParsedBody {
  const status = textOf(body['status'])?.replace(/^wc-/, '') ?? 'unknown';
  if (DRAFTS.has(status)) return { events: [], ignored: `an order that is ${status.slice(0, 64)}` };
  const order: Order = {
    id: requiredId(body['id'], '/id'),
    body,
    status,
    settings,
    modifiedAt: timeOf(body['date_modified_gmt'], UTC) ?? timeOf(body['date_created_gmt'], UTC) ?? toIso(receivedAt),
    customer: customerOf(body),
    details: detailsOf(body, settings),
  };
  const events = [
    ...placed(order),
    ...updated(order, topic),
    ...paid(order),
    ...fulfilled(order),
    ...cancelled(order),
    ...refunded(order),
  ];
  return events.length > 0 ? { events } : { events, ignored: `an order that is ${status.slice(0, 64)}` };
}

function head({ id, customer }: Order): { customer: CustomerRef | undefined; order: { externalId: string } } {
  return { customer, order: { externalId: id } };
}

/** A pending order may never be paid; one that is cancelled without payment never was an order. */
function isPlaced({ status, body, settings }: Order): boolean {
  if (status === 'pending') return settings.placedWhenPending;
  return status !== 'cancelled' || paidAtOf(body) !== undefined;
}

function paidAtOf(body: JsonObject): IsoInstant | undefined {
  return timeOf(body['date_paid_gmt'], UTC);
}

function placed(order: Order): NormalisedEvent[] {
  if (!isPlaced(order)) return [];
  const consented =
    order.settings.consentMeta !== undefined &&
    YES.has(metaOf(order.body, order.settings.consentMeta)?.toLowerCase() ?? '');
  const data = stated({
    ...order.details,
    profile: profileOf(order.body),
    consents: consented ? [{ channel: 'email' as const }] : undefined,
  });
  return [
    {
      type: 'order.placed',
      ...head(order),
      occurredAt: timeOf(order.body['date_created_gmt'], UTC) ?? order.modifiedAt,
      data,
      onceKey: `order.placed:${order.id}`,
    },
  ];
}

function updated(order: Order, topic: string): NormalisedEvent[] {
  if (topic === 'order.created' || !isPlaced(order)) return [];
  return [
    {
      type: 'order.updated',
      ...head(order),
      occurredAt: order.modifiedAt,
      data: stated({ ...order.details, profile: profileOf(order.body) }),
    },
  ];
}

function paid(order: Order): NormalisedEvent[] {
  const occurredAt = paidAtOf(order.body);
  if (occurredAt === undefined) return [];
  return [{ type: 'order.paid', ...head(order), occurredAt, data: order.details, onceKey: `order.paid:${order.id}` }];
}

function fulfilled(order: Order): NormalisedEvent[] {
  if (order.status !== 'completed') return [];
  const occurredAt = timeOf(order.body['date_completed_gmt'], UTC) ?? order.modifiedAt;
  return [
    {
      type: 'order.fulfilled',
      ...head(order),
      occurredAt,
      data: order.details,
      onceKey: `order.fulfilled:${order.id}`,
    },
  ];
}

function cancelled(order: Order): NormalisedEvent[] {
  if (order.status !== 'cancelled') return [];
  return [
    {
      type: 'order.cancelled',
      ...head(order),
      occurredAt: order.modifiedAt,
      data: {},
      onceKey: `order.cancelled:${order.id}`,
    },
  ];
}

/** Totals of refunds are negative texts. The status alone says a full refund when no refund is listed. */
function refunded(order: Order): NormalisedEvent[] {
  const { body, status, id } = order;
  const isFull = status === 'refunded';
  const refunds = listOf(body['refunds']).flatMap((refund) => {
    const refundId = idOf(refund['id']);
    return refundId === undefined ? [] : [{ refundId, amount: unsigned(moneyOf(refund['total'], body['currency'])) }];
  });
  const known = refunds.length === 0 && isFull ? [{ refundId: `order-${id}`, amount: order.details.total }] : refunds;
  return known.map(({ refundId, amount }) => ({
    type: 'order.refunded',
    ...head(order),
    occurredAt: order.modifiedAt,
    data: stated({ refundId, amount, full: isFull }),
    onceKey: `order.refunded:${id}:${refundId}`,
  }));
}

function unsigned(money: Money | undefined): Money | undefined {
  return money && { amount: Math.abs(money.amount), currency: money.currency };
}

function detailsOf(body: JsonObject, settings: WooCommerceSettings): OrderDetails {
  const number = textOf(body['number']);
  return stated({
    name: number === undefined ? undefined : `#${number}`,
    total: moneyOf(body['total'], body['currency']),
    lines: Array.isArray(body['line_items'])
      ? listOf(body['line_items'])
          .slice(0, MAX_LINES)
          .map((line, index) =>
            stated({
              id: idOf(line['id']) ?? `line-${index + 1}`,
              title: textOf(line['name'], 1_000) ?? '',
              quantity: countOf(line['quantity']),
              price: moneyOf(line['price'], body['currency']),
              productId: idOf(line['product_id']),
              sku: textOf(line['sku']),
              imageUrl: urlOf(objectOf(line['image'])['src']),
            }),
          )
      : undefined,
    promisedDate: dayOf(metaOf(body, settings.promisedDateMeta)),
  });
}

/** Guests have customer_id 0 and are known by what they typed at the checkout. */
function customerOf(body: JsonObject): CustomerRef | undefined {
  const billing = objectOf(body['billing']);
  const country = countryOf(billing['country']) ?? countryOf(objectOf(body['shipping'])['country']);
  const ref = stated({
    externalId: idOf(body['customer_id']),
    email: emailOf(billing['email']),
    phone: phoneOf([billing['phone']], country),
  });
  return Object.keys(ref).length > 0 ? ref : undefined;
}

function profileOf(body: JsonObject): CustomerProfile | undefined {
  const billing = objectOf(body['billing']);
  const profile = stated({
    firstName: textOf(billing['first_name']),
    lastName: textOf(billing['last_name']),
    country: countryOf(objectOf(body['shipping'])['country']) ?? countryOf(billing['country']),
  });
  return Object.keys(profile).length > 0 ? profile : undefined;
}

function metaOf(body: JsonObject, key: string): string | undefined {
  return textOf(listOf(body['meta_data']).find((entry) => entry['key'] === key)?.['value']);
}
