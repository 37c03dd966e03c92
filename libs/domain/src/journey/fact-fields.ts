import { MEDIA } from '../consent/message-class.js';
import { type EventType, JOURNEY_EVENT_TYPES, OWN_EVENT_TYPES } from '../event/event.js';
import type { Json } from '../facts/view.js';

/**
 * What an expression may name: a plain value, a value of any shape, an object with known fields or a list.
 * It mirrors `factsView`; a spec holds the two together.
 */
export type FieldTree =
  | 'value'
  | 'any'
  | { readonly fields: Readonly<Record<string, FieldTree>> }
  | { readonly items: FieldTree };

const values = (...names: readonly string[]): Record<string, FieldTree> =>
  Object.fromEntries(names.map((name) => [name, 'value' as const]));
const object = (fields: Record<string, FieldTree>): FieldTree => ({ fields });
const list = (items: FieldTree): FieldTree => ({ items });

const MONEY = object(values('amount', 'currency'));
const LINE = object({ ...values('id', 'title', 'quantity', 'productId', 'sku', 'imageUrl', 'url'), price: MONEY });
const PARCEL = object(
  values(
    'id',
    'state',
    'stateAt',
    'delivered',
    'deliveredAt',
    'shippedAt',
    'carrier',
    'trackingNumber',
    'trackingUrl',
    'estimatedDeliveryAt',
  ),
);
const ORDER = object({
  ...values(
    'id',
    'name',
    'placedAt',
    'paidAt',
    'fulfilledAt',
    'cancelledAt',
    'returnRequestedAt',
    'promisedDate',
    'isGift',
    'statusUrl',
  ),
  ...values(
    'ordinal',
    'placed',
    'paid',
    'fulfilled',
    'cancelled',
    'returnRequested',
    'shipped',
    'delivered',
    'deliveredAt',
  ),
  ...values('refunded', 'fullyRefunded'),
  total: MONEY,
  lines: list(LINE),
  parcels: list(PARCEL),
  tags: list('value'),
});
const CUSTOMER = object({
  ...values(
    'id',
    'email',
    'phone',
    'firstName',
    'lastName',
    'locale',
    'timeZone',
    'country',
    'firstSeenAt',
    'orderCount',
  ),
  externalIds: list('value'),
  tags: list('value'),
  attributes: 'any',
  consents: object(values(...MEDIA)),
});
const SHOP = object(values('id', 'name', 'timeZone', 'currency', 'locale'));

const PROFILE: Record<string, FieldTree> = {
  profile: object({
    ...values('firstName', 'lastName', 'locale', 'timeZone', 'country'),
    tags: list('value'),
    attributes: 'any',
  }),
};
const DETAILS: Record<string, FieldTree> = {
  ...values('name', 'promisedDate', 'isGift', 'statusUrl'),
  total: MONEY,
  lines: list(LINE),
  tags: list('value'),
};
const PARCEL_DATA = values('parcelId', 'carrier', 'trackingNumber', 'trackingUrl', 'estimatedDeliveryAt', 'message');

const MENTION = values('messageId', 'providerRef', 'channel');
const TICKET = values('ticketId', 'topic', 'group', 'channel');

const DATA: Readonly<Record<Exclude<EventType, `shipment.${string}`>, Readonly<Record<string, FieldTree>> | 'any'>> = {
  'order.placed': { ...PROFILE, ...DETAILS, consents: list(object(values('channel'))) },
  'order.updated': { ...PROFILE, ...DETAILS },
  'order.paid': { ...PROFILE, ...DETAILS },
  'order.fulfilled': DETAILS,
  'order.cancelled': values('reason'),
  'order.refunded': { ...values('refundId', 'full'), amount: MONEY },
  'customer.created': PROFILE,
  'customer.updated': PROFILE,
  'customer.data_requested': values('reference'),
  'customer.redacted': values('reference'),
  'consent.changed': { ...values('channel', 'state', 'level', 'proof'), classes: list('value') },
  'return.requested': values('returnId', 'reason'),
  'survey.answered': {
    ...values('survey', 'score', 'title', 'comment', 'metric', 'instanceId', 'messageId', 'channel'),
    scale: object(values('min', 'max', 'polarity', 'topK')),
  },
  'review.submitted': values('rating', 'title', 'text', 'productId'),
  'ticket.solved': TICKET,
  'ticket.reopened': TICKET,
  'message.delivered': MENTION,
  'message.bounced': { ...MENTION, ...values('kind', 'code', 'reason') },
  'message.complained': MENTION,
  'message.opened': MENTION,
  'message.clicked': { ...MENTION, ...values('url') },
  'message.replied': {
    ...MENTION,
    ...values('text', 'subject', 'from', 'automatic', 'keyword'),
    attachments: list('value'),
  },
  'journey.due': values('journey', 'date'),
  'journey.scheduled': values('journey'),
  'journey.requested': 'any',
};

/** Fields of `event.data`, all of the given types together; any when no type is known. */
function eventData(types: readonly EventType[]): FieldTree {
  if (types.length === 0) return 'any';
  const parts = types.map((type) => (type.startsWith('shipment.') ? PARCEL_DATA : DATA[type as keyof typeof DATA]));
  if (parts.includes('any')) return 'any';
  return object(Object.assign({}, ...parts) as Record<string, FieldTree>);
}

export function eventFields(types: readonly EventType[]): FieldTree {
  return object({ ...values('id', 'type', 'occurredAt'), data: eventData(types) });
}

const RUN = object({ ...values('at', 'enteredAt', 'step', 'visit', 'goalReached'), entry: eventFields([]) });

function settingsFields(value: Json): FieldTree {
  if (Array.isArray(value)) return list('any');
  if (value === null) return 'any';
  if (typeof value !== 'object') return 'value';
  return object(
    Object.fromEntries(Object.entries(value).map(([name, field]) => [name, settingsFields(field as Json)])),
  );
}

/** The variables that an expression may name. */
export const VARIABLES = ['customer', 'order', 'event', 'settings', 'shop', 'run'] as const;
export type Variable = (typeof VARIABLES)[number];

/** The variables of an expression, with the journey's own settings and the events that may be at hand. */
export function rootFields(settings: Json, events: readonly EventType[]): Readonly<Record<Variable, FieldTree>> {
  return {
    customer: CUSTOMER,
    order: ORDER,
    shop: SHOP,
    run: RUN,
    settings: settingsFields(settings),
    event: eventFields(events),
  };
}

export function isEventType(text: string): text is EventType {
  return ([...JOURNEY_EVENT_TYPES, ...OWN_EVENT_TYPES] as readonly string[]).includes(text);
}
