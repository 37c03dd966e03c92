import { Injectable } from '@nestjs/common';
import {
  addressOf,
  type Bounce,
  type CustomerFacts,
  type DomainEvent,
  isPhoneMedium,
  type IsoInstant,
  type MessageMention,
  type OptionalClass,
  standingOf,
} from '#app/domain';
import { type AskedConsent, askedConsent, CONFIRM_DAYS } from '../consent/asked-consent.js';
import { DeliveryStore, type NewSuppression } from '../delivery/delivery-store.port.js';
import { FactsStore } from '../facts/facts-store.port.js';
import type { IncomingEvent } from '../intake/fold-batch.js';
import { SecretPort } from '../ports/secret.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { CountBounces, type Returned } from './count-bounces.js';
import { type ConsentQuestion, hearReply, type Heard, isTextFrom, type Said } from './hear-reply.js';
import {
  type Conversation,
  type Line,
  type MentionedMessage,
  MessageNewsStore,
  type StatusNews,
  type StoredStatus,
} from './message-news.port.js';
import { refOf } from './person-ref.js';

const DAY_MS = 86_400_000;
/** A number that comes later than this answers something else. */
const ANSWER_DAYS = 14;
/** Twilio: the recipient has opted out of this sender, or blocked it on WhatsApp. */
const OPTED_OUT_CODES = new Set(['21610', '63014']);
/** Proof of such a withdrawal, whether it was told at the hand-over or afterwards. */
const REFUSED = new RegExp(`refused by the provider.* (?:${[...OPTED_OUT_CODES].join('|')})$`);
/** Beyond those that a body may hold itself. */
const FIRST_DERIVED = 1_000;

type MessageEvent = Extract<DomainEvent, { type: `message.${string}` }>;

/**
 * Joins what providers and people say of messages with the messages: names the person, keeps the status, suppresses addresses that are
 * dead or don't want us, and makes consents and answers of replies. Run again it changes nothing.
 */
@Injectable()
export class HeedMessages {
  constructor(
    private readonly news: MessageNewsStore,
    private readonly delivery: DeliveryStore,
    private readonly facts: FactsStore,
    private readonly secrets: SecretPort,
    private readonly bounces: CountBounces,
  ) {}

  /** The events as they go on: with their person, and with what follows from them behind them. */
  async run(
    tx: Transaction,
    told: readonly IncomingEvent[],
    statuses: readonly StatusNews[],
  ): Promise<IncomingEvent[]> {
    const ofMessages = told.flatMap(({ event }) => (isOfMessage(event) ? [event] : []));
    if (ofMessages.length === 0 && statuses.length === 0) return [...told];
    const found = await this.find(tx, [...ofMessages.map(({ data }) => data), ...statuses]);
    const talks = await this.conversations(tx, ofMessages, found);
    // of two wishes in one batch the second one is heard after the first
    const wished = new Map([...talks].map(([line, talk]) => [line, stanceOf(talk.customer, talk)]));
    const heard = told.map((incoming) => ({ incoming, ...this.hear(incoming.event, found, talks, wished) }));
    await this.note(tx, [...statuses, ...ofMessages.flatMap(statusOf)], found);
    await this.suppress(tx, ofMessages, found);
    await this.bounces.run(
      tx,
      ofMessages.flatMap((event) => returnedOf(event, found(event.data) ?? talkOf(event, talks)?.last)),
    );
    await this.heedWishes(
      tx,
      heard.flatMap(({ wish }) => wish ?? []),
    );
    return heard.flatMap(({ incoming, event, derived }) =>
      isMeantForAnother(event, derived)
        ? []
        : [{ ...incoming, event }, ...derived.map((said, index) => follow(incoming, said, index))],
    );
  }

  private async find(tx: Transaction, mentions: readonly Partial<MessageMention>[]): Promise<Mentioned> {
    const ids = [...new Set(mentions.flatMap(({ messageId }) => messageId ?? []))];
    const refs = [...new Set(mentions.flatMap(({ messageId, providerRef }) => (messageId ? [] : (providerRef ?? []))))];
    if (ids.length + refs.length === 0) return () => undefined;
    const messages = await this.news.mentioned(tx, { ids, refs });
    const byName = new Map(
      messages.flatMap((message) => [
        [`id|${message.id}`, message] as const,
        [`ref|${message.providerRef}`, message] as const,
      ]),
    );
    return ({ messageId, providerRef }) => byName.get(messageId ? `id|${messageId}` : `ref|${providerRef}`);
  }

  /** Replies by telephone name nothing but the number. */
  private async conversations(tx: Transaction, events: readonly MessageEvent[], found: Mentioned): Promise<Talks> {
    const lines = new Map(
      events.flatMap((event) => {
        const line = found(event.data) ? undefined : lineOf(event);
        return line ? [[keyOf(line), line] as const] : [];
      }),
    );
    if (lines.size === 0) return new Map();
    const open = { surveyMs: ANSWER_DAYS * DAY_MS, consentMs: CONFIRM_DAYS * DAY_MS };
    const talks = await this.news.conversations(tx, [...lines.values()], open);
    return new Map(talks.map((talk) => [keyOf(talk), talk]));
  }

  private hear(event: DomainEvent, found: Mentioned, talks: Talks, wished: Map<string, Stance>): Heard {
    if (!isOfMessage(event)) return { event, derived: [] };
    const talk = talkOf(event, talks);
    const message = found(event.data) ?? talk?.last;
    const named = message ? withPerson(event, message) : event;
    if (named.type === 'message.replied') return this.hearReply(named, message, talks, wished);
    return { event: named, derived: withdrawalOf(named) };
  }

  private hearReply(
    event: Extract<MessageEvent, { type: 'message.replied' }>,
    message: MentionedMessage | null | undefined,
    talks: Talks,
    wished: Map<string, Stance>,
  ): Heard {
    const talk = talkOf(event, talks);
    const line = lineOf(event);
    const { overheard = false } = event.data;
    const stance = line ? (wished.get(keyOf(line)) ?? stanceOf(message?.customer, line)) : 'in';
    const asked = talk ? talk.asked : (message ?? null);
    const before = { isOptedOut: isOut(stance, overheard), asked, question: overheard ? null : questionOf(talk) };
    const heard = hearReply(event, before, (id) => this.invitation(id));
    if (talk) noteAnswer(heard, talk, talks);
    if (heard.wish) wished.set(keyOf(heard.wish), heard.wish.action === 'add' ? 'stopped' : 'in');
    return heard;
  }

  /** The same invitation as the link's in that message. */
  private invitation(messageId: string): string {
    return Buffer.from(this.secrets.sha256(this.secrets.linkToken('survey', messageId))).toString('hex');
  }

  private async note(tx: Transaction, news: readonly StatusNews[], found: Mentioned): Promise<void> {
    const known = news.flatMap((status): StoredStatus[] => {
      const message = found(status);
      return message ? [{ ...status, messageId: message.id }] : [];
    });
    if (known.length > 0) await this.news.note(tx, known);
  }

  private async suppress(tx: Transaction, events: readonly MessageEvent[], found: Mentioned): Promise<void> {
    const dead = events.flatMap((event): NewSuppression[] => {
      const message = found(event.data);
      const reason = whyDead(event);
      if (!reason || !message || message.address === null) return [];
      return [{ medium: message.medium, fingerprint: this.hex(message.address), scope: 'all', reason }];
    });
    if (dead.length > 0) await this.delivery.suppress(tx, dead);
  }

  /** For the very number that was written from: the person may have another one by now. */
  private async heedWishes(tx: Transaction, wishes: readonly NonNullable<Heard['wish']>[]): Promise<void> {
    if (wishes.length === 0) return;
    const changes = wishes.map(({ medium, number, action, at: saidAt }) => {
      return { medium, fingerprint: this.secrets.fingerprint(number, 'address'), action, saidAt };
    });
    await this.facts.changeSuppressions(tx, changes);
  }

  private hex(address: string): string {
    return Buffer.from(this.secrets.fingerprint(address, 'address')).toString('hex');
  }
}

/** Of somebody to texts; `stopped`: out, by a text of theirs or because Twilio says so. */
type Stance = 'in' | 'out' | 'stopped';
type Talks = Map<string, Conversation>;
type Mentioned = (mention: Pick<MessageMention, 'messageId' | 'providerRef'>) => MentionedMessage | undefined;

/** Whoever writes from a number that isn't the person's any more confirms nothing. */
function questionOf({ medium, number, confirming }: Partial<Conversation> = {}): ConsentQuestion | null {
  const asked = confirming && askedConsent(confirming.context);
  if (!confirming || medium !== 'sms' || asked?.medium !== 'sms') return null;
  const { id: messageId, customer } = confirming.message;
  if (addressOf(customer, 'sms') !== number || isSettled(customer, asked, confirming.at)) return null;
  return { messageId, customer, classes: asked.classes };
}

/** Whoever has refused since they were asked, or has said yes, isn't asked any more. */
function isSettled(customer: CustomerFacts, { classes }: AskedConsent, askedAt: IsoInstant): boolean {
  const about: readonly OptionalClass[] = classes ?? ['marketing'];
  const since = about.map((each) => standingOf(customer, each, 'sms')).filter(({ by }) => by && by.at > askedAt);
  const isConfirmed = since.every(({ state, by }) => state === 'opted_in' && by?.level === 'confirmed');
  return since.some(({ state }) => state === 'opted_out') || (isConfirmed && since.length === about.length);
}

function stanceOf(customer: CustomerFacts | null | undefined, { medium, number }: Line): Stance {
  const { state, statements } = customer?.consents[medium] ?? {};
  if (state !== 'opted_out') return 'in';
  const proof = statements?.out?.proof ?? '';
  return isTextFrom(number, proof) || REFUSED.test(proof) ? 'stopped' : 'out';
}

/** A word on consent answers what was asked of it: what comes behind it in the batch doesn't. */
function noteAnswer({ derived }: Heard, talk: Conversation, talks: Talks): void {
  if (derived.some(({ type }) => type === 'consent.changed')) talks.set(keyOf(talk), { ...talk, confirming: null });
}

/** What was said to another shop undoes nothing but what was said by text. */
function isOut(stance: Stance, overheard: boolean): boolean {
  return stance === 'stopped' || (stance === 'out' && !overheard);
}

function isMeantForAnother(event: DomainEvent, derived: readonly Said[]): boolean {
  return event.type === 'message.replied' && event.data.overheard === true && derived.length === 0;
}

function keyOf({ medium, number }: Line): string {
  return `${medium}|${number}`;
}

/** On which somebody wrote back by telephone. */
function lineOf({ type, data }: MessageEvent): Line | undefined {
  if (type !== 'message.replied' || !isPhoneMedium(data.channel) || data.from === undefined) return undefined;
  return { medium: data.channel, number: data.from };
}

function isOfMessage(event: DomainEvent): event is MessageEvent {
  return event.type.startsWith('message.');
}

/** A sender's own word on who it is counts for less than whom we wrote to. */
function withPerson(event: MessageEvent, message: MentionedMessage): MessageEvent {
  const ref = refOf(message.customer);
  const isKnown = ref.externalId !== undefined || ref.email !== undefined || ref.phone !== undefined;
  const order = message.orderExternalId === null ? {} : { order: { externalId: message.orderExternalId } };
  const data = { ...event.data, messageId: message.id };
  return { ...event, ...(isKnown && { customer: ref }), ...order, data } as MessageEvent;
}

function statusOf({ type, data, occurredAt: at }: MessageEvent): StatusNews[] {
  const { messageId, providerRef } = data;
  if (type === 'message.delivered') return [{ messageId, providerRef, status: 'delivered', at }];
  if (type === 'message.bounced') return [{ messageId, providerRef, status: 'undelivered', at, code: data.code }];
  return [];
}

function talkOf(event: MessageEvent, talks: Talks): Conversation | undefined {
  const line = lineOf(event);
  return line && talks.get(keyOf(line));
}

function returnedOf(event: MessageEvent, message: MentionedMessage | null | undefined): Returned[] {
  return message && message.address !== null ? [{ event, medium: message.medium, address: message.address }] : [];
}

function whyDead({ type, data }: MessageEvent): string | null {
  if (type === 'message.complained') return 'complained';
  return type === 'message.bounced' && data.kind === 'hard' ? `bounced ${data.code ?? ''}`.trim() : null;
}

/** Who marks mail as spam, or has blocked the sender, has withdrawn. */
function withdrawalOf(event: MessageEvent): Said[] {
  const isBlocked = event.type === 'message.bounced' && isOptedOut(event.data);
  if (event.type !== 'message.complained' && !isBlocked) return [];
  const what = isBlocked ? `refused by the provider with ${event.data.code}` : 'marked as spam';
  const proof = `message ${event.data.messageId ?? event.data.providerRef ?? ''} ${what}`;
  return [
    {
      type: 'consent.changed',
      data: { channel: event.data.channel, state: 'opted_out', level: 'confirmed', proof },
      customer: event.customer,
    },
  ];
}

function isOptedOut({ code }: Bounce): boolean {
  return code !== undefined && OPTED_OUT_CODES.has(code);
}

function follow(incoming: IncomingEvent, { type, data, customer, order }: Said, index: number): IncomingEvent {
  const ordinal = FIRST_DERIVED + incoming.ordinal * 2 + index;
  const { occurredAt, receivedAt } = incoming.event;
  const id = `${incoming.inboxId}-${ordinal}`;
  return { ...incoming, ordinal, event: { id, type, data, occurredAt, receivedAt, customer, order } as DomainEvent };
}
