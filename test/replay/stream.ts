import { seededRandom } from '../support/seeded-random.js';
import { type ShopifyWebhook, uuidOf } from '../support/shopify-sender.js';
import { emailOf, type ReplayAnswer, type ReplayData, type ReplayOrder } from './orders.js';
import { dayOf, endOfDay, isoOf, startOfDay } from './wall-clock.js';

export const PROMISED_ATTRIBUTE = 'promised_delivery_date';

const CANCELLED_STATUS = new Set(['canceled', 'unavailable']);
const CANCELLED_AFTER_MS = 48 * 3_600_000;

export type Topic =
  | 'orders/create'
  | 'orders/paid'
  | 'orders/cancelled'
  | 'fulfillments/create'
  | 'fulfillment_events/create';

/** One call to the system. Bodies are made when they are sent: the full data would not fit into memory otherwise. */
export type Posting = { at: number } & (
  | { kind: 'webhook'; topic: Topic; order: ReplayOrder; state?: 'in_transit' | 'delivered' }
  | { kind: 'answer'; answer: ReplayAnswer }
);

export interface Day {
  /** YYYY-MM-DD in the shop's zone */
  date: string;
  /** The day's last second, ISO 8601 */
  end: string;
  postings: Posting[];
}

export function startOfStream(days: readonly Day[]): string {
  const first = days[0];
  if (!first) throw new Error('There is no order in the tables.');
  return startOfDay(first.date);
}

/** What happened, day by day of the shop, each day in the order of its times. */
export function buildDays({ orders, answers }: ReplayData): Day[] {
  const postings = [
    ...orders.flatMap(postingsOfOrder),
    ...answers.map((answer): Posting => ({ kind: 'answer', at: answer.at, answer })),
  ];
  postings.sort((left, right) => left.at - right.at);
  const days = new Map<string, Posting[]>();
  for (const posting of postings) {
    const date = dayOf(posting.at);
    const day = days.get(date);
    if (day) day.push(posting);
    else days.set(date, [posting]);
  }
  return [...days].map(([date, ofDay]) => ({ date, end: endOfDay(date), postings: ofDay }));
}

/** The tables know that an order was cancelled and not when. */
export function cancelledAt({ status, purchasedAt }: ReplayOrder): number | null {
  return CANCELLED_STATUS.has(status) ? purchasedAt + CANCELLED_AFTER_MS : null;
}

export function postingsOfOrder(order: ReplayOrder): Posting[] {
  const webhook = (at: number | null, topic: Topic, state?: 'in_transit' | 'delivered'): Posting[] =>
    at === null ? [] : [{ kind: 'webhook', at, topic, order, ...(state ? { state } : {}) }];
  return [
    ...webhook(order.purchasedAt, 'orders/create'),
    ...webhook(order.approvedAt, 'orders/paid'),
    ...webhook(cancelledAt(order), 'orders/cancelled'),
    ...webhook(order.shippedAt, 'fulfillments/create'),
    ...webhook(order.shippedAt, 'fulfillment_events/create', 'in_transit'),
    ...webhook(order.deliveredAt, 'fulfillment_events/create', 'delivered'),
  ];
}

export function webhookOf(posting: Extract<Posting, { kind: 'webhook' }>): ShopifyWebhook {
  const { topic, order, state = '', at } = posting;
  return {
    topic,
    webhookId: uuidOf('webhook', topic, state, order.name),
    triggeredAt: isoOf(at),
    body: JSON.stringify(bodyOf(posting)),
  };
}

export function eventOf({ id, at, orderId, person, score, title, comment }: ReplayAnswer): object {
  return {
    id,
    type: 'survey.answered',
    occurredAt: isoOf(at),
    customer: { email: emailOf(person) },
    order: { externalId: String(orderId) },
    data: {
      survey: 'delivery-csat',
      score,
      ...(title ? { title } : {}),
      ...(comment ? { comment } : {}),
    },
  };
}

function bodyOf({ topic, order, state, at }: Extract<Posting, { kind: 'webhook' }>): object {
  const fulfilmentId = order.id + 1_000_000_000;
  const time = isoOf(at);
  switch (topic) {
    case 'orders/create':
    case 'orders/paid':
    case 'orders/cancelled':
      return orderBody(order, topic, time);
    case 'fulfillments/create':
      return {
        id: fulfilmentId,
        order_id: order.id,
        status: 'success',
        created_at: time,
        updated_at: time,
        shipment_status: null,
        tracking_company: 'Correios',
        tracking_numbers: [],
        tracking_urls: [],
        email: emailOf(order.person),
      };
    case 'fulfillment_events/create':
      return {
        id: fulfilmentId * 10 + (state === 'delivered' ? 2 : 1),
        order_id: order.id,
        fulfillment_id: fulfilmentId,
        status: state,
        message: null,
        happened_at: time,
        created_at: time,
        updated_at: time,
        estimated_delivery_at: null,
      };
  }
}

function orderBody(order: ReplayOrder, topic: Topic, time: string): object {
  const email = emailOf(order.person);
  const isPaid = topic === 'orders/paid';
  return {
    id: order.id,
    admin_graphql_api_id: `gid://shopify/Order/${order.id}`,
    name: order.name,
    created_at: isoOf(order.purchasedAt),
    processed_at: isPaid ? time : isoOf(order.purchasedAt),
    updated_at: time,
    cancelled_at: topic === 'orders/cancelled' ? time : null,
    cancel_reason: topic === 'orders/cancelled' ? 'other' : null,
    financial_status: isPaid ? 'paid' : 'pending',
    currency: 'BRL',
    total_price: order.total,
    email,
    contact_email: email,
    phone: null,
    buyer_accepts_marketing: true,
    customer_locale: 'pt-BR',
    customer: { id: order.customerId, email, first_name: null, last_name: null, phone: null },
    line_items: order.lines.map((line, index) => ({
      id: order.id * 100 + index + 1,
      title: line.title,
      quantity: 1,
      price: line.price,
      sku: line.productId,
    })),
    note_attributes: [{ name: PROMISED_ATTRIBUTE, value: order.promisedDay }],
    test: false,
    tags: '',
  };
}

/** Fisher-Yates with a small generator of its own, so that a seed gives the same order again. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = [...items];
  const random = seededRandom(seed);
  for (let last = result.length - 1; last > 0; last -= 1) {
    const pick = Math.floor(random() * (last + 1));
    [result[last], result[pick]] = [result[pick] as T, result[last] as T];
  }
  return result;
}
