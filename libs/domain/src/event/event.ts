import type { Medium, OptionalClass } from '../consent/message-class.js';
import type { IsoDate, IsoInstant } from '../time/instant.js';
import type { Money } from '../money.js';

/** Who an event is about, in the sender's words. At least one field is present once a person is known. */
export interface CustomerRef {
  /** The sender's id of the customer, kept as text: ids exceed 2^53. */
  readonly externalId?: string | undefined;
  readonly email?: string | undefined;
  /** E.164. */
  readonly phone?: string | undefined;
}

export interface CustomerProfile {
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  /** BCP 47. */
  readonly locale?: string | undefined;
  /** IANA zone. */
  readonly timeZone?: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly attributes?: Readonly<Record<string, string | number | boolean | null>> | undefined;
}

export interface OrderLine {
  readonly id: string;
  readonly title: string;
  readonly quantity: number;
  readonly price?: Money | undefined;
  readonly productId?: string | undefined;
  readonly sku?: string | undefined;
  readonly imageUrl?: string | undefined;
  readonly url?: string | undefined;
}

export interface OrderDetails {
  /** What the customer knows the order by, e.g. `#1001`. */
  readonly name?: string | undefined;
  readonly total?: Money | undefined;
  readonly lines?: readonly OrderLine[] | undefined;
  readonly promisedDate?: IsoDate | undefined;
  readonly isGift?: boolean | undefined;
  readonly statusUrl?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** Marketing consent that came along with an order: evidence given at that time, never a withdrawal. */
export interface ConsentEvidence {
  readonly channel: Medium;
}

export interface ParcelDetails {
  /** The sender's id of the parcel or fulfilment. */
  readonly parcelId: string;
  readonly carrier?: string | undefined;
  readonly trackingNumber?: string | undefined;
  readonly trackingUrl?: string | undefined;
  readonly estimatedDeliveryAt?: IsoInstant | undefined;
  readonly message?: string | undefined;
}

export type ConsentState = 'opted_in' | 'opted_out' | 'pending';

export interface ConsentChange {
  readonly channel: Medium;
  readonly state: ConsentState;
  /** `confirmed` (double opt-in or the person's own withdrawal) outranks `single`, which outranks `evidence`. */
  readonly level: 'evidence' | 'single' | 'confirmed';
  readonly proof?: string | undefined;
  /** The classes of messages that it is about; left out: all of the channel. */
  readonly classes?: readonly OptionalClass[] | undefined;
}

export interface SurveyAnswer {
  /** Key of the survey that was asked. */
  readonly survey: string;
  readonly score: number;
  readonly title?: string | undefined;
  readonly comment?: string | undefined;
  /** Needed only for a survey that no published journey asks. */
  readonly metric?: 'nps' | 'csat' | 'ces' | undefined;
  readonly scale?: SurveyScale | undefined;
  /** One invitation gives one answer; later ones within the edit window replace it. */
  readonly instanceId?: string | undefined;
  readonly messageId?: string | undefined;
  readonly channel?: string | undefined;
}

export interface SurveyScale {
  readonly min: number;
  readonly max: number;
  readonly polarity: 'higher-better' | 'lower-better';
  /** How many of the best values count as satisfied. */
  readonly topK: number;
}

export interface ReviewSubmission {
  readonly rating?: number | undefined;
  readonly title?: string | undefined;
  readonly text?: string | undefined;
  readonly productId?: string | undefined;
}

/** A conversation with support, in the words of the tool that it was led in. */
export interface Ticket {
  readonly ticketId: string;
  readonly topic?: string | undefined;
  /** Who led it, such as a team. */
  readonly group?: string | undefined;
  readonly channel?: string | undefined;
}

/** A message of ours that somebody says something of: by our id, or by the name that its provider gave it. */
export interface MessageMention {
  readonly messageId?: string | undefined;
  readonly providerRef?: string | undefined;
  readonly channel: Medium;
}

/** It did not arrive. `hard`: nothing will at this address; `soft`: this one didn't, another may. */
export interface Bounce extends MessageMention {
  readonly kind: 'hard' | 'soft';
  /** In the words of the provider or the receiving server, such as `30005` or `5.1.1`. */
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
}

/** What somebody wrote back. The mention is the message it answers, where that is known. */
export interface MessageReply extends MessageMention {
  readonly text: string;
  readonly subject?: string | undefined;
  /** Where it came from, as it was written: a phone number or an e-mail address. */
  readonly from?: string | undefined;
  /** Written by a machine, such as a notice of absence. */
  readonly automatic?: boolean | undefined;
  /** What it asks for, where that is nothing to be answered by a person. */
  readonly keyword?: 'stop' | 'start' | 'help' | 'score' | undefined;
  /** Said to another shop that writes from the same number: it counts where it takes back what the person did by text. */
  readonly overheard?: boolean | undefined;
  /** Names of what was attached; the files are not kept. */
  readonly attachments?: readonly string[] | undefined;
}

type WithProfile<T = object> = T & { readonly profile?: CustomerProfile | undefined };

/** What each event type carries beside the envelope. The wire schema of each stands in contracts. */
export interface EventDataByType {
  'order.placed': WithProfile<OrderDetails & { readonly consents?: readonly ConsentEvidence[] | undefined }>;
  'order.updated': WithProfile<OrderDetails>;
  'order.paid': WithProfile<OrderDetails>;
  'order.fulfilled': OrderDetails;
  'order.cancelled': { readonly reason?: string | undefined };
  'order.refunded': {
    readonly refundId?: string | undefined;
    readonly amount?: Money | undefined;
    readonly full?: boolean | undefined;
  };
  'shipment.created': ParcelDetails;
  'shipment.label_created': ParcelDetails;
  'shipment.in_transit': ParcelDetails;
  'shipment.out_for_delivery': ParcelDetails;
  'shipment.available_for_pickup': ParcelDetails;
  'shipment.attempt_failed': ParcelDetails;
  'shipment.delayed': ParcelDetails;
  'shipment.exception': ParcelDetails;
  'shipment.delivered': ParcelDetails;
  'shipment.returned': ParcelDetails;
  'customer.created': WithProfile;
  'customer.updated': WithProfile;
  'customer.data_requested': { readonly reference?: string | undefined };
  'customer.redacted': { readonly reference?: string | undefined };
  'consent.changed': ConsentChange;
  'return.requested': { readonly returnId?: string | undefined; readonly reason?: string | undefined };
  'survey.answered': SurveyAnswer;
  'review.submitted': ReviewSubmission;
  'ticket.solved': Ticket;
  'ticket.reopened': Ticket;
  /** The person's provider or telephone has it. */
  'message.delivered': MessageMention;
  'message.bounced': Bounce;
  /** Marked as spam. */
  'message.complained': MessageMention;
  'message.replied': MessageReply;
  /** Kept for those who ask; mail programs open mails by themselves, so nothing follows from it. */
  'message.opened': MessageMention;
  /** A person followed a link of it. */
  'message.clicked': MessageMention & { readonly url: string };
  /** A date that a journey begins by has come; `date`: the day itself, however long before it that is. */
  'journey.due': { readonly journey: string; readonly date: IsoDate };
  /** It is time for everybody in a journey's segment. */
  'journey.scheduled': { readonly journey: string };
  /** Somebody asked by API that a person enter. Whatever else they said stands beside these fields. */
  'journey.requested': { readonly journey: string; readonly key?: string | undefined };
}

export type EventType = keyof EventDataByType;

/** What journeys that begin by something else than an event begin by: told by Afterglow itself, never by a sender. */
export const OWN_EVENT_TYPES = [
  'journey.due',
  'journey.scheduled',
  'journey.requested',
] as const satisfies readonly EventType[];
export type OwnEventType = (typeof OWN_EVENT_TYPES)[number];
export type SenderEventType = Exclude<EventType, OwnEventType>;

/** The closed list of event types that senders tell, in the order in which they appear in the documentation. */
export const EVENT_TYPES = [
  'order.placed',
  'order.updated',
  'order.paid',
  'order.fulfilled',
  'order.cancelled',
  'order.refunded',
  'shipment.created',
  'shipment.label_created',
  'shipment.in_transit',
  'shipment.out_for_delivery',
  'shipment.available_for_pickup',
  'shipment.attempt_failed',
  'shipment.delayed',
  'shipment.exception',
  'shipment.delivered',
  'shipment.returned',
  'customer.created',
  'customer.updated',
  'customer.data_requested',
  'customer.redacted',
  'consent.changed',
  'return.requested',
  'survey.answered',
  'review.submitted',
  'ticket.solved',
  'ticket.reopened',
  'message.delivered',
  'message.bounced',
  'message.complained',
  'message.replied',
  'message.opened',
  'message.clicked',
] as const satisfies readonly SenderEventType[];

/** What journeys can begin by, wait for and end with. */
export const JOURNEY_EVENT_TYPES: readonly JourneyEventType[] = EVENT_TYPES.filter((type) => type !== 'message.opened');
export type JourneyEventType = Exclude<SenderEventType, 'message.opened'>;

/** What to say of a word that stands where the event of a journey belongs. */
export function noJourneyEvent(input: unknown): string {
  if (input === 'message.opened')
    return 'Mail programs open mails by themselves, so message.opened says nothing; write e.g. message.clicked';
  return `"${String(input).slice(0, 60)}" is no event; write e.g. order.placed`;
}

export function isOwnEvent(type: EventType): type is OwnEventType {
  return (OWN_EVENT_TYPES as readonly EventType[]).includes(type);
}

/** An event as a sender's webhook or an API call says it, before it has an identity of ours. */
export type NormalisedEvent = {
  [T in EventType]: {
    readonly type: T;
    /** The sender's time of the happening. */
    readonly occurredAt: IsoInstant;
    readonly customer?: CustomerRef | undefined;
    readonly order?: { readonly externalId: string } | undefined;
    readonly data: EventDataByType[T];
    /** Set when the happening can occur once only (an order is placed once): repeated news of it is dropped. */
    readonly onceKey?: string | undefined;
  };
}[EventType];

/** A normalised event that is stored: `id` is `<inbox id>-<ordinal>`, the same after every replay. */
export type DomainEvent = NormalisedEvent & {
  readonly id: string;
  readonly receivedAt: IsoInstant;
};
