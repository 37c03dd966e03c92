import type { ParsedBody } from '#app/application';
import type { EventType, IsoInstant, NormalisedEvent } from '#app/domain';
import { toIso } from '#app/domain';
import { idOf, moneyOf, objectOf, listOf, requiredId, stated, textOf, timeOf } from '../json-body.js';
import { consentOf, customerEvents, customerRefOf, type Delivery } from './customer.js';
import { fulfilmentsOf, parcelEvent, parcelOf, PARCEL_EVENTS } from './fulfilment.js';
import { orderCustomerOf, orderDetailsOf, orderProfileOf } from './order.js';

type Mapping = (delivery: Delivery) => ParsedBody;

/** What each topic means. A topic that isn't here is kept in the inbox and means nothing. */
const TOPICS: Readonly<Record<string, Mapping>> = {
  'orders/create': orderPlaced,
  'orders/paid': (delivery) => orderEvents(delivery, 'order.paid'),
  'orders/updated': (delivery) => orderEvents(delivery, 'order.updated'),
  'orders/fulfilled': (delivery) => orderEvents(delivery, 'order.fulfilled'),
  'orders/partially_fulfilled': (delivery) => orderEvents(delivery, 'order.updated'),
  'orders/edited': orderEdited,
  'orders/cancelled': orderCancelled,
  'refunds/create': orderRefunded,
  'fulfillments/create': fulfilmentCreated,
  'fulfillments/update': fulfilmentUpdated,
  'fulfillment_events/create': fulfilmentEvent,
  'returns/request': returnRequested,
  'customers/create': (delivery) => customerEvents(delivery, 'customer.created'),
  'customers/update': (delivery) => customerEvents(delivery, 'customer.updated'),
  'customers_email_marketing_consent/update': (delivery) => consentOf(delivery, 'email'),
  'customers_marketing_consent/update': (delivery) => consentOf(delivery, 'sms'),
  'customers/data_request': (delivery) => privacyRequest(delivery, 'customer.data_requested'),
  'customers/redact': (delivery) => privacyRequest(delivery, 'customer.redacted'),
};

export function parseTopic(topic: string, delivery: Delivery): ParsedBody {
  const mapping = Object.hasOwn(TOPICS, topic) ? TOPICS[topic] : undefined;
  if (!mapping) return ignored(`the topic ${topic.slice(0, 64)} means nothing here`);
  if (delivery.settings.ignoreTestOrders && topic.startsWith('orders/') && delivery.body['test'] === true)
    return ignored('a test order');
  return mapping(delivery);
}

function ignored(reason: string): ParsedBody {
  return { events: [], ignored: reason };
}

/** When the happening took place, for bodies that don't say so themselves. */
function timeOfDelivery({ body, triggeredAt, receivedAt }: Delivery): IsoInstant {
  return timeOf(triggeredAt) ?? timeOf(body['updated_at']) ?? timeOf(body['created_at']) ?? toIso(receivedAt);
}

function orderPlaced(delivery: Delivery): ParsedBody {
  const { body } = delivery;
  const id = requiredId(body['id'], '/id');
  const details = orderDetailsOf(body, delivery.settings);
  const head = { customer: orderCustomerOf(body), order: { externalId: id } };
  const placedAt = timeOf(body['created_at']) ?? timeOfDelivery(delivery);
  const placed: NormalisedEvent = {
    type: 'order.placed',
    ...head,
    occurredAt: placedAt,
    onceKey: `order.placed:${id}`,
    // true is evidence of consent given with this order; false takes nothing away
    data: stated({
      ...details,
      profile: orderProfileOf(body),
      consents: body['buyer_accepts_marketing'] === true ? [{ channel: 'email' as const }] : undefined,
    }),
  };
  if (body['financial_status'] !== 'paid') return { events: [placed] };
  const paidAt = timeOf(body['processed_at']) ?? placedAt;
  return {
    events: [
      placed,
      {
        type: 'order.paid',
        ...head,
        occurredAt: paidAt < placedAt ? placedAt : paidAt,
        onceKey: `order.paid:${id}`,
        data: details,
      },
    ],
  };
}

function orderEvents(delivery: Delivery, type: 'order.paid' | 'order.updated' | 'order.fulfilled'): ParsedBody {
  const { body } = delivery;
  const id = requiredId(body['id'], '/id');
  const event: NormalisedEvent = {
    type,
    occurredAt:
      type === 'order.updated' ? (timeOf(body['updated_at']) ?? timeOfDelivery(delivery)) : timeOfDelivery(delivery),
    customer: orderCustomerOf(body),
    order: { externalId: id },
    data: orderDetailsOf(body, delivery.settings),
    ...(type !== 'order.updated' && { onceKey: `${type}:${id}` }),
  };
  return { events: [event, ...fulfilmentsOf(body, id)] };
}

function orderEdited(delivery: Delivery): ParsedBody {
  const edit = objectOf(delivery.body['order_edit']);
  const externalId = requiredId(edit['order_id'], '/order_edit/order_id');
  const occurredAt = timeOf(edit['committed_at']) ?? timeOfDelivery(delivery);
  return { events: [{ type: 'order.updated', occurredAt, order: { externalId }, data: {} }] };
}

function orderCancelled(delivery: Delivery): ParsedBody {
  const { body } = delivery;
  const id = requiredId(body['id'], '/id');
  return {
    events: [
      {
        type: 'order.cancelled',
        occurredAt: timeOf(body['cancelled_at']) ?? timeOfDelivery(delivery),
        customer: orderCustomerOf(body),
        order: { externalId: id },
        data: stated({ reason: textOf(body['cancel_reason'], 1_000) }),
        onceKey: `order.cancelled:${id}`,
      },
    ],
  };
}

/** What was given back is the sum of the successful refund transactions; a refund without any only restocks. */
function orderRefunded(delivery: Delivery): ParsedBody {
  const { body } = delivery;
  const externalId = requiredId(body['order_id'], '/order_id');
  const refundId = requiredId(body['id'], '/id');
  const paidBack = listOf(body['transactions']).filter(({ kind, status }) => kind === 'refund' && status === 'success');
  if (paidBack.length === 0) return ignored('a refund without a successful transaction');
  const amounts = paidBack.flatMap(({ amount, currency }) => moneyOf(amount, currency) ?? []);
  const currency = amounts[0]?.currency;
  const isSummable =
    currency !== undefined &&
    amounts.length === paidBack.length &&
    amounts.every((money) => money.currency === currency);
  const amount = isSummable ? { amount: amounts.reduce((sum, money) => sum + money.amount, 0), currency } : undefined;
  return {
    events: [
      {
        type: 'order.refunded',
        occurredAt: timeOf(body['processed_at']) ?? timeOf(body['created_at']) ?? timeOfDelivery(delivery),
        order: { externalId },
        data: stated({ refundId, amount }),
        onceKey: `order.refunded:${refundId}`,
      },
    ],
  };
}

function fulfilmentCreated(delivery: Delivery): ParsedBody {
  const { body } = delivery;
  const externalId = requiredId(body['order_id'], '/order_id');
  const created = parcelEvent(body, externalId);
  return created ? { events: [created] } : ignored(`a fulfilment that is ${textOf(body['status'], 64) ?? 'nothing'}`);
}

function fulfilmentUpdated(delivery: Delivery): ParsedBody {
  const { body } = delivery;
  const externalId = requiredId(body['order_id'], '/order_id');
  const parcel = parcelOf(body);
  const type =
    eventTypeOf(body['shipment_status']) ??
    (parcel.trackingNumber === undefined ? undefined : 'shipment.label_created');
  if (type === undefined || !parcelEvent(body, externalId)) return ignored('an update without news of the parcel');
  const occurredAt = timeOf(body['updated_at']) ?? timeOfDelivery(delivery);
  return {
    events: [
      { type, occurredAt, order: { externalId }, data: parcel, onceKey: onceKeyOf(type, parcel.parcelId, occurredAt) },
    ],
  };
}

function fulfilmentEvent(delivery: Delivery): ParsedBody {
  const { body } = delivery;
  const externalId = requiredId(body['order_id'], '/order_id');
  const parcelId = requiredId(body['fulfillment_id'], '/fulfillment_id');
  const type = eventTypeOf(body['status']);
  if (type === undefined)
    return ignored(`the fulfilment event ${textOf(body['status'], 64) ?? 'without status'} means nothing here`);
  const occurredAt = timeOf(body['happened_at']) ?? timeOf(body['created_at']) ?? timeOfDelivery(delivery);
  const data = stated({
    parcelId,
    estimatedDeliveryAt: timeOf(body['estimated_delivery_at']),
    message: textOf(body['message'], 1_000),
  });
  return {
    events: [
      {
        type,
        occurredAt,
        order: { externalId },
        data,
        onceKey: onceKeyOf(type, parcelId, idOf(body['id']) ?? occurredAt),
      },
    ],
  };
}

/** A parcel is delivered once, whichever topic says so first; other scans may repeat. */
function onceKeyOf(type: EventType, parcelId: string, scan: string): string {
  return type === 'shipment.delivered' ? `${type}:${parcelId}` : `${type}:${parcelId}:${scan}`;
}

function eventTypeOf(status: unknown): (typeof PARCEL_EVENTS)[string] | undefined {
  return typeof status === 'string' && Object.hasOwn(PARCEL_EVENTS, status) ? PARCEL_EVENTS[status] : undefined;
}

function returnRequested(delivery: Delivery): ParsedBody {
  const returnId = requiredId(delivery.body['id'], '/id');
  const externalId = requiredId(objectOf(delivery.body['order'])['id'], '/order/id');
  return {
    events: [
      {
        type: 'return.requested',
        occurredAt: timeOfDelivery(delivery),
        order: { externalId },
        data: { returnId },
        onceKey: `return.requested:${returnId}`,
      },
    ],
  };
}

function privacyRequest(delivery: Delivery, type: 'customer.data_requested' | 'customer.redacted'): ParsedBody {
  const customer = customerRefOf(objectOf(delivery.body['customer']));
  if (!customer) return ignored('a privacy request that names nobody');
  const reference = idOf(objectOf(delivery.body['data_request'])['id']);
  return {
    events: [
      {
        type,
        occurredAt: timeOf(delivery.triggeredAt) ?? toIso(delivery.receivedAt),
        customer,
        data: stated({ reference }),
      },
    ],
  };
}
