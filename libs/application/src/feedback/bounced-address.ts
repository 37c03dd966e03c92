import { type DomainEvent, type Instant, isPhoneMedium } from '#app/domain';

const DAY_MS = 86_400_000;
/** So many within so many days suppress an address that exists, for so long. */
const BOUNCES = 5;
export const SOFT_BOUNCE_DAYS = 30;
const WITHIN_MS = SOFT_BOUNCE_DAYS * DAY_MS;
const HELD_MS = 90 * DAY_MS;

/** What is known of an address that messages came back from. */
export interface BouncedAddress {
  /** The last ones since the last sign of life, oldest first. */
  readonly bouncedAt: readonly Instant[];
  /** When somebody last got, followed or answered a message there. */
  readonly aliveAt: Instant | null;
}

export const NEVER_BOUNCED: BouncedAddress = { bouncedAt: [], aliveAt: null };

export interface AddressNews {
  readonly kind: 'bounced' | 'alive';
  readonly at: Instant;
}

/** The same in whatever order the news come, and however often. */
export function hearOf({ bouncedAt, aliveAt }: BouncedAddress, news: readonly AddressNews[]): BouncedAddress {
  const of = (kind: AddressNews['kind']) => news.flatMap((one) => (one.kind === kind ? [one.at] : []));
  const alive = Math.max(aliveAt ?? -Infinity, ...of('alive'));
  const bounces = [...new Set([...bouncedAt, ...of('bounced')])].filter((at) => at > alive).toSorted((a, b) => a - b);
  return { bouncedAt: bounces.slice(-BOUNCES), aliveAt: alive === -Infinity ? null : alive };
}

/** Since when and until when nothing is sent there; null: it may be. */
export function holdOf({ bouncedAt }: BouncedAddress): { readonly since: Instant; readonly until: Instant } | null {
  const [first] = bouncedAt;
  const last = bouncedAt.at(-1);
  if (bouncedAt.length < BOUNCES || first === undefined || last === undefined) return null;
  return last - first <= WITHIN_MS ? { since: last, until: last + HELD_MS } : null;
}

/** RFC 3463: the address, the mailbox, the system or the way to it; not what the mail says or who sends it. */
const OF_RECIPIENT = /^[45]\.[1-4]\.\d{1,3}$/;
/** Replies without an enhanced code that tell of a mailbox or a server (RFC 5321). */
const REPLY_OF_RECIPIENT = /^(?:4[25]\d|552)$/;
/**
 * Twilio: the telephone can't be reached; the number is blocked from receiving. Not 30007, which is about the words or their sender.
 * https://www.twilio.com/docs/api/errors/30003, …/30004, …/30007
 */
const UNREACHABLE = new Set(['30003', '30004']);

/** What an event tells of the address that its message went to. A message that was refused for what it is tells nothing. */
export function newsOf({ type, data }: DomainEvent): AddressNews['kind'] | null {
  if (type === 'message.delivered' || type === 'message.clicked' || type === 'message.replied') return 'alive';
  if (type !== 'message.bounced' || data.kind !== 'soft' || data.code === undefined) return null;
  if (isPhoneMedium(data.channel)) return UNREACHABLE.has(data.code) ? 'bounced' : null;
  return OF_RECIPIENT.test(data.code) || REPLY_OF_RECIPIENT.test(data.code) ? 'bounced' : null;
}
