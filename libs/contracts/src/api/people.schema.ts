import { MEDIA } from '#app/domain';
import { z } from 'zod';
import { isoInstant, listOf, pageQuery } from './list.schema.js';
import { toldStatus } from './told-status.schema.js';

const text = z.string().nullable();
const time = isoInstant.nullable();
const money = z
  .object({
    amount: z.number().int().meta({ description: 'In the smallest unit of the currency.' }),
    currency: z.string(),
  })
  .meta({ id: 'MoneyAmount' });

export const customerQuery = pageQuery.extend({
  email: z
    .string()
    .min(3)
    .max(254)
    .optional()
    .meta({ description: 'An address that is or was theirs, in whatever case.' }),
});

export const customerDocument = z
  .object({
    id: z.uuid(),
    externalIds: z.array(z.string()),
    email: text,
    phone: text,
    firstName: text,
    lastName: text,
    locale: text,
    timeZone: text,
    country: text,
    tags: z.array(z.string()),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).nullable()),
    consents: z.record(
      z.string(),
      z.object({ state: z.enum(['opted_in', 'opted_out', 'pending']), at: isoInstant, proof: text }),
    ),
    orderCount: z.number().int().meta({ description: 'Placed orders.' }),
    firstSeenAt: time,
    createdAt: isoInstant,
  })
  .meta({ id: 'Customer' });

export const customerList = listOf(customerDocument, 'CustomerList');

export const orderQuery = pageQuery.extend({
  externalId: z.string().min(1).max(255).optional().meta({ description: "The sender's id of the order." }),
  customer: z.uuid().optional().meta({ description: 'Id of the customer.' }),
});

const line = z.object({
  id: z.string(),
  title: z.string(),
  quantity: z.number().int(),
  price: money.optional(),
  productId: z.string().optional(),
  sku: z.string().optional(),
  imageUrl: z.string().optional(),
  url: z.string().optional(),
});

const parcel = z.object({
  id: z.string(),
  state: z.string(),
  stateAt: isoInstant,
  delivered: z.boolean(),
  deliveredAt: time,
  shippedAt: time,
  carrier: text,
  trackingNumber: text,
  trackingUrl: text,
  estimatedDeliveryAt: text,
});

export const orderDocument = z
  .object({
    id: z.uuid(),
    externalId: z.string().meta({ description: "The sender's id." }),
    name: text.meta({ description: 'What the customer knows it by.', example: '#1001' }),
    customer: z.object({ id: z.uuid(), externalIds: z.array(z.string()), email: text }).nullable(),
    ordinal: z
      .number()
      .int()
      .meta({ description: "Place among the customer's placed orders, from 1; 0 while it isn't placed." }),
    placedAt: time,
    paidAt: time,
    fulfilledAt: time,
    cancelledAt: time,
    returnRequestedAt: time,
    deliveredAt: time,
    promisedDate: text,
    placed: z.boolean(),
    paid: z.boolean(),
    fulfilled: z.boolean(),
    cancelled: z.boolean(),
    returnRequested: z.boolean(),
    shipped: z.boolean(),
    delivered: z.boolean(),
    refunded: z.boolean(),
    fullyRefunded: z.boolean(),
    isGift: z.boolean(),
    total: money.nullable(),
    lines: z.array(line),
    parcels: z.array(parcel),
    refunds: z.array(z.object({ id: z.string(), at: isoInstant, amount: money.nullable(), full: z.boolean() })),
    statusUrl: text,
    tags: z.array(z.string()),
    createdAt: isoInstant,
  })
  .meta({ id: 'Order' });

export const orderList = listOf(orderDocument, 'OrderList');

const item = { id: z.string(), at: isoInstant };
const order = text.meta({ description: "The sender's id of the order." });

export const timelineItem = z
  .discriminatedUnion('kind', [
    z.object({ ...item, kind: z.literal('event'), type: z.string(), receivedAt: isoInstant, order, data: z.unknown() }),
    z.object({
      ...item,
      kind: z.literal('message'),
      journey: z.string(),
      run: z.uuid(),
      step: z.string(),
      medium: z.enum(MEDIA),
      channel: text,
      class: z.string(),
      state: z.string(),
      reason: text,
      subject: text,
      order,
      dueAt: isoInstant,
      sentAt: time,
      delivery: toldStatus,
    }),
    z.object({ ...item, kind: z.literal('run-started'), journey: z.string(), version: z.number().int(), order }),
    z.object({
      ...item,
      kind: z.literal('run-ended'),
      journey: z.string(),
      version: z.number().int(),
      order,
      status: z.string(),
      reason: text,
    }),
  ])
  .meta({ id: 'TimelineItem' });

export const timelineList = listOf(timelineItem, 'Timeline');
