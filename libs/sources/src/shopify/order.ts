import type { CustomerProfile, CustomerRef, OrderDetails, OrderLine } from '#app/domain';
import {
  countOf,
  countryOf,
  dayOf,
  emailOf,
  idOf,
  type JsonObject,
  listOf,
  localeOf,
  moneyOf,
  objectOf,
  stated,
  tagsOf,
  textOf,
  urlOf,
} from '../json-body.js';
import { phoneOf } from '../phone.js';
import type { ShopifySettings } from './shopify-settings.schema.js';

const MAX_LINES = 500;
const YES = new Set(['true', 'yes', '1']);

export function orderDetailsOf(order: JsonObject, settings: ShopifySettings): OrderDetails {
  const lines = listOf(order['line_items']).slice(0, MAX_LINES);
  return stated({
    name: textOf(order['name']),
    total: moneyOf(order['total_price'], order['currency']),
    lines: Array.isArray(order['line_items'])
      ? lines.map((line, index) => lineOf(line, index, order['currency']))
      : undefined,
    promisedDate: dayOf(attributeOf(order, settings.promisedDateAttribute)),
    isGift: isGift(order, settings.giftAttribute),
    statusUrl: urlOf(order['order_status_url']),
    tags: tagsOf(order['tags']),
  });
}

/** A guest order may lack the customer; a point of sale knows neither address. Then the order has no person yet. */
export function orderCustomerOf(order: JsonObject): CustomerRef | undefined {
  const customer = objectOf(order['customer']);
  const shipping = objectOf(order['shipping_address']);
  const billing = objectOf(order['billing_address']);
  const country = countryOf(shipping['country_code']) ?? countryOf(billing['country_code']);
  const ref = stated({
    externalId: idOf(customer['id']),
    email: emailOf(customer['email']) ?? emailOf(order['email']) ?? emailOf(order['contact_email']),
    phone: phoneOf([customer['phone'], order['phone'], shipping['phone'], billing['phone']], country),
  });
  return Object.keys(ref).length > 0 ? ref : undefined;
}

export function orderProfileOf(order: JsonObject): CustomerProfile | undefined {
  const customer = objectOf(order['customer']);
  const billing = objectOf(order['billing_address']);
  const shipping = objectOf(order['shipping_address']);
  const profile = stated({
    // the parcel may go to somebody else, so the address it is billed to comes first
    firstName: textOf(customer['first_name']) ?? textOf(billing['first_name']) ?? textOf(shipping['first_name']),
    lastName: textOf(customer['last_name']) ?? textOf(billing['last_name']) ?? textOf(shipping['last_name']),
    locale: localeOf(order['customer_locale']),
    country: countryOf(shipping['country_code']) ?? countryOf(billing['country_code']),
  });
  return Object.keys(profile).length > 0 ? profile : undefined;
}

function lineOf(line: JsonObject, index: number, currency: unknown): OrderLine {
  return stated({
    id: idOf(line['id']) ?? `line-${index + 1}`,
    title: textOf(line['title'], 1_000) ?? textOf(line['name'], 1_000) ?? '',
    quantity: countOf(line['quantity']),
    price: moneyOf(line['price'], currency),
    productId: idOf(line['product_id']),
    sku: textOf(line['sku']),
  });
}

function attributeOf(order: JsonObject, name: string): unknown {
  return listOf(order['note_attributes']).find((attribute) => attribute['name'] === name)?.['value'];
}

function isGift(order: JsonObject, attribute: string | undefined): boolean | undefined {
  if (attribute === undefined) return undefined;
  const value = attributeOf(order, attribute);
  return value === true || (typeof value === 'string' && YES.has(value.trim().toLowerCase()));
}
