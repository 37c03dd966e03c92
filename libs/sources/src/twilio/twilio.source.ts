import {
  type Addressee,
  type IncomingRequest,
  type MessageStatus,
  OVERHEARD,
  type ParsedBody,
  QUERY,
  type SourceKind,
  type StatusNews,
} from '#app/application';
import { type Bounce, isPlainYes, PermanentError, type PhoneMedium, readKeyword, toIso } from '#app/domain';
import { z } from 'zod';
import { isSigned, verifyTwilio } from './verify-twilio.js';

const FORM = 'application/x-www-form-urlencoded';
const MAX_TEXT = 10_000;
const MAX_ID = 255;
const MAX_ATTACHMENTS = 50;
const SHOP_AND_MESSAGE =
  /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const PHONE = /^(?:whatsapp:)?(\+[1-9]\d{6,14})$/;

/** What Twilio calls a status on its way, and what it is to us. */
const UNDER_WAY: ReadonlyMap<string, MessageStatus> = new Map([
  ['accepted', 'queued'],
  ['scheduled', 'queued'],
  ['queued', 'queued'],
  ['sending', 'sending'],
  ['sent', 'sent'],
  ['read', 'read'],
]);
const NOT_ARRIVED = new Set(['undelivered', 'failed', 'canceled']);
/** No such subscriber, a landline, nobody on WhatsApp: nothing will ever arrive there. */
const DEAD_NUMBER = new Set(['21211', '21217', '21614', '21635', '30005', '30006', '63003', '63024']);
const OPT_OUT_TYPES: ReadonlyMap<string, 'stop' | 'start' | 'help'> = new Map([
  ['STOP', 'stop'],
  ['START', 'start'],
  ['HELP', 'help'],
]);

const settings = z.strictObject({});

/**
 * What Twilio tells of text messages and of those on WhatsApp: what became of ours, and what people write back. At the address of the installation it needs no
 * setting up; as a source of a shop with an account of its own the secret is that account's auth token.
 * https://www.twilio.com/docs/messaging/guides/track-outbound-message-status, …/webhook-request
 */
export const twilioSource: SourceKind<z.infer<typeof settings>> = {
  code: 'twilio',
  title: 'Twilio',
  settings,
  keptHeaders: [QUERY],
  contentTypes: [FORM],
  // an empty answer sends nothing back: keywords are answered by Twilio itself
  answer: { contentType: 'text/xml; charset=utf-8', body: '<Response/>' },

  refuseSecret(secret) {
    return secret.trim() === '' ? "Give the auth token of the account, from Twilio's console." : undefined;
  },

  addressee(request) {
    // nobody is looked for on the word of somebody unsigned
    if (!isSigned(request)) return undefined;
    const fields = fieldsOf(request.rawBody.toString('utf8'));
    const message = messageOf(query(request));
    if (message) return { shopId: message.shopId };
    const number = PHONE.exec(fields('From') ?? '')?.[1];
    if (fields('MessageStatus') !== undefined || number === undefined) return undefined;
    const line = { medium: channelOf(fields('From')), number };
    return { line, heardBy: hearersOf(wordsOf(fields), fields('OptOutType')) };
  },

  verify(request, secrets, _nowMs, publicUrl = '') {
    return verifyTwilio(request, secrets, publicUrl);
  },

  /** A status is told once; I-Twilio-Idempotency-Token only recognises a repeated call, this the repeated news as well. */
  dedupeKey(request) {
    const fields = fieldsOf(request.rawBody.toString('utf8'));
    const [sid = '', status = 'in'] = [fields('MessageSid') ?? fields('SmsSid'), fields('MessageStatus')];
    return `${sid.slice(0, 64)}|${status.slice(0, 32)}`;
  },

  parse({ headers, body }, { receivedAt }): ParsedBody {
    const fields = fieldsOf(body);
    const sid = fields('MessageSid') ?? fields('SmsSid');
    if (sid === undefined) throw invalid('it names no MessageSid');
    const messageId = messageOf(new URLSearchParams(headers[QUERY] ?? ''))?.messageId;
    const told: Told = {
      fields,
      at: toIso(receivedAt),
      mention: { ...(messageId && { messageId }), providerRef: sid.slice(0, MAX_ID) },
      overheard: headers[OVERHEARD] !== undefined,
    };
    const status = fields('MessageStatus');
    return status === undefined ? inbound(told) : outbound(told, status);
  },
};

type Fields = (name: string) => string | undefined;

interface Told {
  readonly fields: Fields;
  readonly at: StatusNews['at'];
  readonly mention: Pick<StatusNews, 'messageId' | 'providerRef'>;
  readonly overheard: boolean;
}

/** Twilio blocks and frees the number for all that write from ours; a plain yes answers whoever asked. */
function hearersOf(text: string, optOutType: string | undefined): Addressee['heardBy'] {
  const keyword = readKeyword(text, false)?.keyword ?? OPT_OUT_TYPES.get(optOutType ?? '');
  if (keyword === 'stop' || optOutType === 'STOP') return 'all';
  if (readKeyword(text, false)?.keyword !== 'start' && isPlainYes(text)) return 'asker';
  return keyword === 'start' ? 'left' : undefined;
}

function outbound({ fields, at, mention }: Told, status: string): ParsedBody {
  const channel = channelOf(fields('To'));
  const cost = costOf(fields);
  const priced: StatusNews[] = cost ? [{ ...mention, status: 'queued', at, cost }] : [];
  const underWay = UNDER_WAY.get(status);
  if (underWay) return { events: [], statuses: [{ ...mention, status: underWay, at, cost }] };
  if (status === 'delivered')
    return { events: [{ type: 'message.delivered', occurredAt: at, data: { ...mention, channel } }], statuses: priced };
  if (!NOT_ARRIVED.has(status)) return { events: [], ignored: `the status ${status.slice(0, 64)} means nothing here` };
  const code = fields('ErrorCode')?.slice(0, 64);
  const data: Bounce = {
    ...mention,
    channel,
    kind: code !== undefined && DEAD_NUMBER.has(code) ? 'hard' : 'soft',
    ...(code !== undefined && { code }),
    reason: (fields('ErrorMessage') ?? fields('ChannelStatusMessage') ?? status).slice(0, 1_000),
  };
  return { events: [{ type: 'message.bounced', occurredAt: at, data }], statuses: priced };
}

/** Its own sid is kept; it isn't one of a message of ours. */
function inbound({ fields, at, mention, overheard }: Told): ParsedBody {
  const from = fields('From') ?? '';
  const phone = PHONE.exec(from)?.[1];
  if (phone === undefined) return { events: [], ignored: 'it comes from no phone number' };
  const keyword = OPT_OUT_TYPES.get(fields('OptOutType') ?? '');
  const media = Math.min(Number(fields('NumMedia') ?? 0) || 0, MAX_ATTACHMENTS);
  const attachments = Array.from(
    { length: media },
    (_, n) => (fields(`MediaContentType${n}`) ?? 'file').slice(0, MAX_ID) || 'file',
  );
  const data = {
    providerRef: mention.providerRef,
    channel: channelOf(from),
    text: wordsOf(fields).slice(0, MAX_TEXT),
    from: phone,
    ...(keyword && { keyword }),
    ...(overheard && { overheard }),
    ...(attachments.length > 0 && { attachments }),
  };
  return { events: [{ type: 'message.replied', occurredAt: at, customer: { phone }, data }] };
}

/** A button says a score, or STOP and its like, by what it stands for, whatever is written on it. */
function wordsOf(fields: Fields): string {
  const button = fields('ButtonPayload') ?? '';
  const isMeant = /^\d{1,2}$/.test(button) || readKeyword(button, false)?.how === 'word';
  return isMeant ? button : (fields('Body') ?? '');
}

/** Twilio's price is a negative decimal or missing, of a currency by name. */
function costOf(fields: Fields): StatusNews['cost'] {
  const [price, currency] = [fields('Price'), fields('PriceUnit')?.toUpperCase()];
  if (
    price === undefined ||
    currency === undefined ||
    !/^[A-Z]{3}$/.test(currency) ||
    !/^-?\d{1,9}(?:\.\d{1,9})?$/.test(price)
  )
    return undefined;
  return { micros: Math.round(Math.abs(Number(price)) * 1_000_000), currency };
}

function channelOf(address: string | undefined): PhoneMedium {
  return address?.startsWith('whatsapp:') ? 'whatsapp' : 'sms';
}

/** The first value of each name; none for what is empty. */
function fieldsOf(body: string): Fields {
  const form = new URLSearchParams(body);
  return (name) => form.get(name) || undefined;
}

function query({ path = '' }: IncomingRequest): URLSearchParams {
  return new URLSearchParams(path.includes('?') ? path.slice(path.indexOf('?') + 1) : '');
}

function messageOf(params: URLSearchParams): { shopId: string; messageId: string } | undefined {
  const [, shopId, messageId] = SHOP_AND_MESSAGE.exec(params.get('message') ?? '') ?? [];
  return shopId !== undefined && messageId !== undefined ? { shopId, messageId } : undefined;
}

function invalid(what: string): PermanentError {
  return new PermanentError('event.invalid', `The form is not what Twilio documents: ${what}. Drop it.`);
}
