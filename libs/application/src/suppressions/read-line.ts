import { emailAddress, phoneNumber, wireTime } from '#app/contracts';
import { type Instant, isIsoDate, MEDIA, type Medium, startOfDay, toInstant } from '#app/domain';

/** Why somebody else's list holds an address, in our words. */
export const LISTED_REASONS = ['unsubscribed', 'complained', 'bounced', 'manual'] as const;
export type ListedReason = (typeof LISTED_REASONS)[number];

/** A line of a list as its fields were written; what isn't there is empty or left out. */
export interface ListLine {
  readonly line: number;
  readonly address?: string | undefined;
  readonly channel?: string | undefined;
  readonly reason?: string | undefined;
  readonly date?: string | undefined;
}

export interface ListedAddress {
  readonly medium: Medium;
  /** In the form in which the addresses of customers are kept. */
  readonly address: string;
  readonly reason: ListedReason;
  /** Null where the list doesn't say. */
  readonly saidAt: Instant | null;
}

export interface LineFault {
  readonly line: number;
  readonly field: 'address' | 'channel' | 'reason' | 'date' | 'line';
  readonly message: string;
}

/** What the exports of others call them, in small letters and with dashes. */
const WORDS: Readonly<Record<ListedReason, readonly string[]>> = {
  unsubscribed: ['unsubscribed', 'unsubscribe', 'unsub', 'opt-out', 'opted-out', 'optout', 'stop', 'group-unsubscribe'],
  complained: [
    'complained',
    'complaint',
    'spam',
    'spam-report',
    'spamreport',
    'spamcomplaint',
    'spam-complaint',
    'abuse',
  ],
  bounced: [
    'bounced',
    'bounce',
    'hard-bounce',
    'hardbounce',
    'hard-bounced',
    'invalid',
    'invalid-email',
    'undeliverable',
  ],
  manual: ['manual', 'manualsuppression', 'blocked', 'block', ''],
};
const REASON_OF = new Map(LISTED_REASONS.flatMap((reason) => WORDS[reason].map((word) => [word, reason] as const)));
const MEDIUM_OF = new Map<string, Medium>([
  ['email', 'email'],
  ['e-mail', 'email'],
  ['mail', 'email'],
  ['sms', 'sms'],
  ['text', 'sms'],
  ['phone', 'sms'],
  ['whatsapp', 'whatsapp'],
]);

/** Spreadsheets keep a number from being computed by an apostrophe in front. */
const GUARD = /^'(?=[=+\-@])/;

/** @param zone where days of the list are days */
export function readLine(line: ListLine, zone: string): ListedAddress | LineFault {
  const written = (line.address ?? '').trim().replace(GUARD, '');
  const fault = (field: LineFault['field'], message: string): LineFault => ({ line: line.line, field, message });
  if (written === '') return fault('address', 'has no address');
  const medium = mediumOf(line.channel, written);
  if (medium === undefined) return fault('channel', `must be one of ${MEDIA.join(', ')}`);
  const address = addressOf(medium, written);
  if (address === undefined)
    return fault('address', wordOf(line.channel) === '' && medium === 'sms' ? NO_ADDRESS : ADDRESS_FAULTS[medium]);
  const reason = REASON_OF.get(wordOf(line.reason));
  if (reason === undefined) return fault('reason', `must be one of ${LISTED_REASONS.join(', ')}, or empty`);
  const saidAt = momentOf((line.date ?? '').trim(), zone);
  if (saidAt === undefined)
    return fault('date', 'must be a day such as 2026-01-31, or a time such as 2026-01-31T09:30:00Z');
  return { medium, address, reason, saidAt };
}

/** Where no channel is named. */
const NO_ADDRESS =
  'must be an e-mail address such as ana@example.com, or a phone number with its country, such as +4930123456';
const ADDRESS_FAULTS: Readonly<Record<Medium, string>> = {
  email: 'must be one e-mail address such as ana@example.com',
  sms: 'must be a phone number with its country, such as +4930123456',
  whatsapp: 'must be a phone number with its country, such as +4930123456',
};

function mediumOf(channel: string | undefined, address: string): Medium | undefined {
  const word = wordOf(channel);
  if (word !== '') return MEDIUM_OF.get(word);
  return address.includes('@') ? 'email' : 'sms';
}

function addressOf(medium: Medium, written: string): string | undefined {
  if (medium === 'email') return emailAddress.safeParse(written).data;
  return phoneNumber.safeParse(written.replaceAll(/[\s().\-/]/g, '').replace(/^00/, '+')).data;
}

function wordOf(text: string | undefined): string {
  return (text ?? '')
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
}

/** Years that PostgreSQL and people agree on. */
const YEARS = /^(?:19[7-9]\d|2[01]\d\d)-/;
/** Without a zone: only the day is known. */
const LOCAL_TIME = /^(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;

/** Null where nothing is written, undefined where it is no time. */
function momentOf(text: string, zone: string): Instant | null | undefined {
  if (text === '') return null;
  const day = LOCAL_TIME.exec(text)?.[1] ?? text;
  if (isIsoDate(day)) return YEARS.test(day) ? startOfDay(day, zone) : undefined;
  const time = wireTime.safeParse(text.replace(' ', 'T')).data;
  return time === undefined ? undefined : toInstant(time);
}
