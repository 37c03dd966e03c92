import {
  applyToCustomer,
  type CustomerFacts,
  type DomainEvent,
  type Instant,
  isPhoneMedium,
  isPlainYes,
  type MessageReply,
  type OptionalClass,
  type PhoneMedium,
  readKeyword,
  readScore,
  toInstant,
} from '#app/domain';
import { wantedSince } from '../consent/state-consent.js';
import type { MentionedMessage } from './message-news.port.js';
import { refOf } from './person-ref.js';

type ReplyEvent = Extract<DomainEvent, { type: 'message.replied' }>;

/** What follows from an event of a message, on its way to become one of its own. */
export type Said = Pick<Extract<DomainEvent, { type: 'consent.changed' | 'survey.answered' }>, 'type' | 'data'> &
  Pick<DomainEvent, 'customer' | 'order'>;

export interface Heard {
  readonly event: DomainEvent;
  readonly derived: readonly Said[];
  /** What becomes of the number that was written from. */
  readonly wish?: {
    readonly medium: PhoneMedium;
    readonly number: string;
    readonly action: 'add' | 'lift';
    readonly at: Instant;
  };
}

/** Somebody was asked by text whether they want texts; `classes` left out: all of them. */
export interface ConsentQuestion {
  readonly messageId: string;
  readonly customer: CustomerFacts;
  readonly classes: readonly OptionalClass[] | undefined;
}

/** What was said before a reply came. */
export interface Before {
  readonly isOptedOut: boolean;
  /** The message whose question is open. */
  readonly asked: MentionedMessage | null;
  readonly question: ConsentQuestion | null;
}

const MAX_PROOF_CHARS = 600;

/**
 * What somebody means by writing back: to hear no more, to hear again, yes, help, an answer to what was asked, or something that a
 * person has to read. `invitation` makes the id of the invitation of the message that asked.
 */
export function hearReply(
  event: ReplyEvent,
  { isOptedOut, asked, question }: Before,
  invitation: (messageId: string) => string,
): Heard {
  const { data } = event;
  const number = data.from;
  const customer = event.customer ?? (number === undefined ? undefined : { phone: number });
  const reply: ReplyEvent = { ...event, customer };
  if (data.automatic) return { event: reply, derived: [] };
  const wish = wishOf(data, isOptedOut);
  if (question && number !== undefined && saysYes(data, wish)) return confirm(reply, number, question);
  if (wish) return obey({ ...reply, data: { ...data, keyword: wish.keyword } }, wish);
  const answer = asked?.survey ? answerOf(reply, asked, invitation) : undefined;
  if (!answer) return { event: reply, derived: [] };
  // what was written beside the number is the answer's comment
  return { event: { ...reply, data: { ...data, keyword: 'score' } }, derived: [answer] };
}

/** Only texts are answered by words: who withdraws by mail follows a link, or is read by a person. */
function wishOf({ channel, from: number, text, keyword: told }: MessageReply, isOptedOut: boolean): Wish | undefined {
  if (!isPhoneMedium(channel) || number === undefined) return undefined;
  // that YES is START is Twilio's rule for texts alone
  const read = readKeyword(text, isOptedOut && channel === 'sms');
  const keyword = told ?? read?.keyword;
  if (keyword === undefined || keyword === 'score') return undefined;
  // Twilio answers it in texts alone
  if (keyword === 'help' && channel !== 'sms') return undefined;
  const isSentence = read?.keyword === keyword && read.how === 'sentence';
  return { medium: channel, keyword, isSentence, isOptedOut, number };
}

interface Wish {
  readonly medium: PhoneMedium;
  readonly keyword: 'stop' | 'start' | 'help';
  readonly isSentence: boolean;
  readonly isOptedOut: boolean;
  readonly number: string;
}

function obey(event: ReplyEvent, { medium, keyword, isSentence, isOptedOut, number }: Wish): Heard {
  if (keyword === 'help' || (keyword === 'start' && !isOptedOut)) return { event, derived: [] };
  const proof = `${isSentence ? 'in other words, ' : ''}${wordsOf(event.data, number)}`;
  const state = keyword === 'stop' ? ('opted_out' as const) : ('opted_in' as const);
  return {
    event,
    derived: [
      {
        type: 'consent.changed',
        data: { channel: medium, state, level: 'confirmed', proof },
        customer: event.customer,
      },
    ],
    wish: { medium, number, action: keyword === 'stop' ? 'add' : 'lift', at: toInstant(event.occurredAt) },
  };
}

/** START of whom nothing was withdrawn answers the question too; of whom it was, it takes that back. */
function saysYes({ channel, text }: MessageReply, wish: Wish | undefined): boolean {
  if (channel !== 'sms' || wish?.keyword === 'stop' || wish?.keyword === 'help') return false;
  return isPlainYes(text) && !(wish?.isOptedOut && readKeyword(text, false)?.keyword === 'start');
}

function confirm(event: ReplyEvent, number: string, { messageId, customer, classes }: ConsentQuestion): Heard {
  const proof = `${wordsOf(event.data, number)}, in answer to message ${messageId}`;
  const data = { channel: 'sms', state: 'opted_in', level: 'confirmed', proof, ...(classes && { classes }) } as const;
  const said = { type: 'consent.changed' as const, data, customer: refOf(customer) };
  const at = wantedSince(applyToCustomer(customer, { ...event, ...said }), 'sms');
  return {
    event: { ...event, data: { ...event.data, keyword: 'start' } },
    derived: [said],
    ...(at !== null && { wish: { medium: 'sms', number, action: 'lift', at } }),
  };
}

/** Whether a proof of consent is a text from this number. */
export function isTextFrom(number: string, proof: string): boolean {
  return proof.includes(`" from ${number}`);
}

function wordsOf({ text, providerRef }: MessageReply, number: string): string {
  return `"${text.slice(0, MAX_PROOF_CHARS)}" from ${number}${providerRef === undefined ? '' : `, ${providerRef}`}`;
}

function answerOf(
  { data, customer }: ReplyEvent,
  { id, medium, survey, orderExternalId }: MentionedMessage,
  invitation: (messageId: string) => string,
): Said | undefined {
  const read = survey && readScore(data.text, survey.scale);
  if (!survey || !read) return undefined;
  const { key, metric, scale } = survey;
  return {
    type: 'survey.answered',
    data: { survey: key, ...read, metric, scale, instanceId: invitation(id), messageId: id, channel: medium },
    customer,
    order: orderExternalId === null ? undefined : { externalId: orderExternalId },
  };
}
