import { type EventDataByType, OPTIONAL_CLASSES, type SenderEventType, MEDIA } from '#app/domain';
import { z } from 'zod';
import {
  wireCountry,
  wireDate,
  wireFreeText,
  wireId,
  wireLocale,
  wireMoney,
  wireText,
  wireTime,
  wireTimeZone,
  wireUrl,
} from './wire-text.schema.js';

const MAX_LINES = 500;
const MAX_TAGS = 100;
const MAX_ATTRIBUTES = 100;
const MAX_ATTACHMENTS = 50;
/** Scores of any scale in use; the survey's own scale is checked where the answer is recorded. */
const MAX_SCORE = 1_000;

const tags = z.array(wireText(255)).max(MAX_TAGS);
/** Begins with a letter or digit, so `__proto__` can't come in; the other names of Object.prototype are refused by name. */
const attributeName = z
  .string()
  .regex(
    /^(?!(?:constructor|prototype)$)[A-Za-z0-9][A-Za-z0-9 _.-]{0,99}$/,
    'must be a name of letters, digits, space, dot, dash or underscore',
  );
const attributes = z
  .record(attributeName, z.union([wireFreeText(1_000), z.number(), z.boolean(), z.null()]))
  .refine((record) => Object.keys(record).length <= MAX_ATTRIBUTES, `must hold at most ${MAX_ATTRIBUTES} attributes`);

const profile = z
  .strictObject({
    firstName: wireText(255).optional(),
    lastName: wireText(255).optional(),
    locale: wireLocale.optional(),
    timeZone: wireTimeZone.optional(),
    country: wireCountry.optional(),
    tags: tags.optional(),
    attributes: attributes.optional(),
  })
  .meta({ id: 'CustomerProfile' });

const orderLine = z
  .strictObject({
    id: wireId,
    title: wireText(1_000),
    quantity: z.int().min(0).max(1_000_000),
    price: wireMoney.optional(),
    productId: wireId.optional(),
    sku: wireText(255).optional(),
    imageUrl: wireUrl.optional(),
    url: wireUrl.optional(),
  })
  .meta({ id: 'OrderLine' });

const orderDetails = z.strictObject({
  name: wireText(255).optional(),
  total: wireMoney.optional(),
  lines: z.array(orderLine).max(MAX_LINES).optional(),
  promisedDate: wireDate.optional(),
  isGift: z.boolean().optional(),
  statusUrl: wireUrl.optional(),
  tags: tags.optional(),
});
const orderDetailsWithProfile = orderDetails.extend({ profile: profile.optional() });
const consentEvidence = z.strictObject({ channel: z.enum(MEDIA) }).meta({ id: 'ConsentEvidence' });

const parcelDetails = z
  .strictObject({
    parcelId: wireId,
    carrier: wireText(255).optional(),
    trackingNumber: wireText(255).optional(),
    trackingUrl: wireUrl.optional(),
    estimatedDeliveryAt: wireTime.optional(),
    message: wireFreeText(1_000).optional(),
  })
  .meta({ id: 'ParcelDetails' });

const profileOnly = z.strictObject({ profile: profile.optional() });
const reference = z.strictObject({ reference: wireText(255).optional() });

const surveyScale = z
  .strictObject({
    min: z.int().min(-MAX_SCORE).max(MAX_SCORE),
    max: z.int().min(-MAX_SCORE).max(MAX_SCORE),
    polarity: z.enum(['higher-better', 'lower-better']),
    topK: z.int().min(1).max(MAX_SCORE),
  })
  .refine(({ min, max }) => min < max, { path: ['max'], error: 'must be greater than min' })
  .meta({ id: 'SurveyScale' });

const surveyAnswer = z.strictObject({
  survey: wireText(255),
  score: z.number().min(-MAX_SCORE).max(MAX_SCORE),
  title: wireFreeText(1_000).optional(),
  comment: wireFreeText(5_000).optional(),
  metric: z.enum(['nps', 'csat', 'ces']).optional(),
  scale: surveyScale.optional(),
});

/** What only our own links can say: which invitation was answered. */
export const linkedSurveyAnswer = surveyAnswer.extend({
  instanceId: wireId.optional(),
  messageId: wireId.optional(),
  channel: wireText(32).optional(),
});

const ticket = z.strictObject({
  ticketId: wireId,
  topic: wireText(255).optional(),
  group: wireText(255).optional(),
  channel: wireText(64).optional(),
});

const channel = z.enum(MEDIA);
const mention = z.strictObject({
  messageId: z.uuid().optional().meta({ description: 'Our id of the message.' }),
  providerRef: wireId.optional().meta({ description: 'What the provider calls the message.' }),
  channel,
});

/** The `data` of each event type. The type makes sure that none is missing and that each gives what the domain expects. */
export const eventData = {
  'order.placed': orderDetailsWithProfile.extend({ consents: z.array(consentEvidence).max(MEDIA.length).optional() }),
  'order.updated': orderDetailsWithProfile,
  'order.paid': orderDetailsWithProfile,
  'order.fulfilled': orderDetails,
  'order.cancelled': z.strictObject({ reason: wireFreeText(1_000).optional() }),
  'order.refunded': z.strictObject({
    refundId: wireId.optional(),
    amount: wireMoney.optional(),
    full: z.boolean().optional(),
  }),
  'shipment.created': parcelDetails,
  'shipment.label_created': parcelDetails,
  'shipment.in_transit': parcelDetails,
  'shipment.out_for_delivery': parcelDetails,
  'shipment.available_for_pickup': parcelDetails,
  'shipment.attempt_failed': parcelDetails,
  'shipment.delayed': parcelDetails,
  'shipment.exception': parcelDetails,
  'shipment.delivered': parcelDetails,
  'shipment.returned': parcelDetails,
  'customer.created': profileOnly,
  'customer.updated': profileOnly,
  'customer.data_requested': reference,
  'customer.redacted': reference,
  'consent.changed': z.strictObject({
    channel,
    state: z.enum(['opted_in', 'opted_out', 'pending']),
    level: z.enum(['evidence', 'single', 'confirmed']).default('single'),
    proof: wireFreeText(1_000).optional(),
    classes: z
      .array(z.enum(OPTIONAL_CLASSES))
      .min(1)
      .max(OPTIONAL_CLASSES.length)
      .optional()
      .meta({ description: 'The classes of messages that it is about; left out: all of the channel.' }),
  }),
  'return.requested': z.strictObject({ returnId: wireId.optional(), reason: wireFreeText(1_000).optional() }),
  'survey.answered': surveyAnswer,
  'review.submitted': z.strictObject({
    rating: z.number().min(0).max(MAX_SCORE).optional(),
    title: wireFreeText(1_000).optional(),
    text: wireFreeText(10_000).optional(),
    productId: wireId.optional(),
  }),
  'ticket.solved': ticket,
  'ticket.reopened': ticket,
  'message.delivered': mention,
  'message.bounced': mention.extend({
    kind: z.enum(['hard', 'soft']),
    code: wireText(64).optional(),
    reason: wireFreeText(1_000).optional(),
  }),
  'message.complained': mention,
  'message.replied': mention.extend({
    text: wireFreeText(10_000),
    subject: wireFreeText(1_000).optional(),
    from: wireText(320).optional(),
    automatic: z.boolean().optional(),
    keyword: z.enum(['stop', 'start', 'help', 'score']).optional(),
    attachments: z.array(wireText(255)).max(MAX_ATTACHMENTS).optional(),
  }),
  'message.opened': mention,
  'message.clicked': mention.extend({ url: wireText(4_096) }),
} as const satisfies { readonly [T in SenderEventType]: z.ZodType<EventDataByType[T]> };
