import type { EventType, MessageMention, NormalisedEvent } from '#app/domain';
import { z } from 'zod';
import { eventData, linkedSurveyAnswer } from './event-data.schema.js';
import { emailAddress, phoneNumber, wireId, wireTime } from './wire-text.schema.js';

/** Events of one call to POST /api/v1/events. */
export const MAX_EVENTS_PER_BATCH = 500;

/** What an event must name: an order, a person, at least one of the two, a message or a person, or nothing. */
type Subject = 'order' | 'customer' | 'either' | 'message' | 'anybody';

export const customerRef = z
  .strictObject({ externalId: wireId.optional(), email: emailAddress.optional(), phone: phoneNumber.optional() })
  .refine(
    ({ externalId, email, phone }) => externalId !== undefined || email !== undefined || phone !== undefined,
    'must hold externalId, email or phone',
  )
  .meta({ id: 'CustomerRef' });
export const orderRef = z.strictObject({ externalId: wireId }).meta({ id: 'OrderRef' });

interface Named {
  readonly customer?: object | undefined;
  readonly order?: object | undefined;
  readonly data?: unknown;
}

function missingSubject(subject: Subject, { customer, order, data }: Named): 'order' | 'customer' | undefined {
  const hasCustomer = customer !== undefined;
  const hasOrder = order !== undefined;
  if (subject === 'anybody') return undefined;
  if (subject === 'order') return hasOrder ? undefined : 'order';
  if (subject === 'message' && namesMessage(data)) return undefined;
  return hasCustomer || (subject === 'either' && hasOrder) ? undefined : 'customer';
}

function namesMessage(data: unknown): boolean {
  const { messageId, providerRef } = data as MessageMention;
  return messageId !== undefined || providerRef !== undefined;
}

function envelope<T extends EventType, D extends z.ZodType>(type: T, data: D, subject: Subject, id = `Event.${type}`) {
  return z
    .strictObject({
      id: wireId.meta({ description: 'Your id of the happening; the same id is stored once.' }),
      type: z.literal(type),
      occurredAt: wireTime,
      customer: customerRef.optional(),
      order: orderRef.optional(),
      data,
    })
    .superRefine((named, context) => {
      const lacking = missingSubject(subject, named);
      if (lacking) context.addIssue({ code: 'custom', path: [lacking], message: `is required for ${type}` });
    })
    .meta({ id });
}

const answered = envelope('survey.answered', eventData['survey.answered'], 'either');
const clicked = envelope('message.clicked', eventData['message.clicked'], 'message');
const bounced = envelope('message.bounced', eventData['message.bounced'], 'message');
const reviewed = envelope('review.submitted', eventData['review.submitted'], 'either');
const consented = envelope('consent.changed', eventData['consent.changed'], 'customer');

/** An event as POST /api/v1/events and signed senders of our own format say it. Parsing gives the domain's times and money. */
export const wireEvent = z
  .discriminatedUnion('type', [
    envelope('order.placed', eventData['order.placed'], 'order'),
    envelope('order.updated', eventData['order.updated'], 'order'),
    envelope('order.paid', eventData['order.paid'], 'order'),
    envelope('order.fulfilled', eventData['order.fulfilled'], 'order'),
    envelope('order.cancelled', eventData['order.cancelled'], 'order'),
    envelope('order.refunded', eventData['order.refunded'], 'order'),
    envelope('shipment.created', eventData['shipment.created'], 'order'),
    envelope('shipment.label_created', eventData['shipment.label_created'], 'order'),
    envelope('shipment.in_transit', eventData['shipment.in_transit'], 'order'),
    envelope('shipment.out_for_delivery', eventData['shipment.out_for_delivery'], 'order'),
    envelope('shipment.available_for_pickup', eventData['shipment.available_for_pickup'], 'order'),
    envelope('shipment.attempt_failed', eventData['shipment.attempt_failed'], 'order'),
    envelope('shipment.delayed', eventData['shipment.delayed'], 'order'),
    envelope('shipment.exception', eventData['shipment.exception'], 'order'),
    envelope('shipment.delivered', eventData['shipment.delivered'], 'order'),
    envelope('shipment.returned', eventData['shipment.returned'], 'order'),
    envelope('customer.created', eventData['customer.created'], 'customer'),
    envelope('customer.updated', eventData['customer.updated'], 'customer'),
    envelope('customer.data_requested', eventData['customer.data_requested'], 'customer'),
    envelope('customer.redacted', eventData['customer.redacted'], 'customer'),
    consented,
    envelope('return.requested', eventData['return.requested'], 'order'),
    answered,
    reviewed,
    envelope('ticket.solved', eventData['ticket.solved'], 'either'),
    envelope('ticket.reopened', eventData['ticket.reopened'], 'either'),
    envelope('message.delivered', eventData['message.delivered'], 'message'),
    bounced,
    envelope('message.complained', eventData['message.complained'], 'message'),
    envelope('message.replied', eventData['message.replied'], 'message'),
    envelope('message.opened', eventData['message.opened'], 'message'),
    clicked,
  ])
  .meta({ id: 'Event' });

/** One event. */
export type WireEvent = z.output<typeof wireEvent>;

export const wireEventBatch = z.array(wireEvent).min(1).max(MAX_EVENTS_PER_BATCH).meta({ id: 'EventBatch' });

/** What a person said through one of our own links, or became of a message in our own hands, as it is stored in the inbox. Never accepted from outside. */
export const linkEvent = z.discriminatedUnion('type', [
  envelope('survey.answered', linkedSurveyAnswer, 'anybody', 'LinkEvent.survey.answered'),
  reviewed,
  consented,
  clicked,
  bounced,
]);
export type LinkEvent = z.output<typeof linkEvent>;

/** The event as the rest of the house knows it; the sender's id has done its work at the dedupe. */
export function toNormalisedEvent(wire: WireEvent | LinkEvent): NormalisedEvent {
  const { id: _id, ...event } = wire;
  return event;
}
