import { type DomainEvent, type Instant, type MessageReply, readKeyword, readScore, toInstant } from '#app/domain';
import type { MentionedMessage } from './message-news.port.js';

type ReplyEvent = Extract<DomainEvent, { type: 'message.replied' }>;

/** What follows from an event of a message, on its way to become one of its own. */
export type Said = Pick<Extract<DomainEvent, { type: 'consent.changed' | 'survey.answered' }>, 'type' | 'data'> &
  Pick<DomainEvent, 'customer' | 'order'>;

export interface Heard {
  readonly event: DomainEvent;
  readonly derived: readonly Said[];
  /** What becomes of the number that was written from. */
  readonly wish?: { readonly number: string; readonly action: 'add' | 'lift'; readonly at: Instant };
}

const MAX_PROOF_CHARS = 600;

/**
 * What somebody means by writing back: to hear no more, to hear again, help, an answer to what was asked, or something that a person
 * has to read. `asked`: the message whose question is open; `invitation` makes the id of its invitation.
 */
export function hearReply(
  event: ReplyEvent,
  isOptedOut: boolean,
  asked: MentionedMessage | null,
  invitation: (messageId: string) => string,
): Heard {
  const { data } = event;
  const number = data.from;
  const customer = event.customer ?? (number === undefined ? undefined : { phone: number });
  const reply: ReplyEvent = { ...event, customer };
  if (data.automatic) return { event: reply, derived: [] };
  const wish = wishOf(data, isOptedOut);
  if (wish) return obey({ ...reply, data: { ...data, keyword: wish.keyword } }, wish);
  const answer = asked?.survey ? answerOf(reply, asked, invitation) : undefined;
  if (!answer) return { event: reply, derived: [] };
  // what was written beside the number is the answer's comment
  return { event: { ...reply, data: { ...data, keyword: 'score' } }, derived: [answer] };
}

/** Only texts are answered by words: who withdraws by mail follows a link, or is read by a person. */
function wishOf({ channel, from: number, text, keyword: told }: MessageReply, isOptedOut: boolean): Wish | undefined {
  if (channel !== 'sms' || number === undefined) return undefined;
  const read = readKeyword(text, isOptedOut);
  const keyword = told ?? read?.keyword;
  if (keyword === undefined || keyword === 'score') return undefined;
  const isSentence = read?.keyword === keyword && read.how === 'sentence';
  return { keyword, isSentence, isOptedOut, number };
}

interface Wish {
  readonly keyword: 'stop' | 'start' | 'help';
  readonly isSentence: boolean;
  readonly isOptedOut: boolean;
  readonly number: string;
}

function obey(event: ReplyEvent, { keyword, isSentence, isOptedOut, number }: Wish): Heard {
  if (keyword === 'help' || (keyword === 'start' && !isOptedOut)) return { event, derived: [] };
  const { text, providerRef } = event.data;
  const how = isSentence ? 'in other words, ' : '';
  const proof = `${how}"${text.slice(0, MAX_PROOF_CHARS)}" from ${number}${providerRef === undefined ? '' : `, ${providerRef}`}`;
  const state = keyword === 'stop' ? ('opted_out' as const) : ('opted_in' as const);
  return {
    event,
    derived: [
      {
        type: 'consent.changed',
        data: { channel: 'sms', state, level: 'confirmed', proof },
        customer: event.customer,
      },
    ],
    wish: { number, action: keyword === 'stop' ? 'add' : 'lift', at: toInstant(event.occurredAt) },
  };
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
