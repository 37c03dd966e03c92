import type { DomainEvent } from '#app/domain';
import type { Identity, TimelineEvent } from '../facts/facts-store.port.js';
import type { KeptKey } from '../intake/inbox.port.js';
import { identitiesOf } from '../intake/people.js';
import type { SecretPort } from '../ports/secret.port.js';

/** What a person can be told by: an identity, or the sender's id of an order of theirs. */
export interface Name {
  readonly kind: Identity['kind'] | 'order';
  readonly value: string;
}

/** Every name in an event. */
export function namesIn({ customer, order }: Pick<DomainEvent, 'customer' | 'order'>): Name[] {
  const identities: Name[] = identitiesOf(customer);
  return order ? [...identities, { kind: 'order', value: order.externalId }] : identities;
}

export function keyOf({ kind, value }: Name): string {
  return `${kind}|${value}`;
}

/** What is remembered of a name once its person is erased. */
export function fingerprintOf(secrets: SecretPort, name: Name): Uint8Array {
  return secrets.fingerprint(keyOf(name), 'erased');
}

/** Without the characters that stand before an address in a form or a URL. */
const EMAIL = /[a-z0-9!#$%'*+^_`{|}~.-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+/gi;
const PHONE = /\+?\d[\d\s().-]{5,20}\d/g;
/** Digits of the shortest number that is worth comparing. */
const LEAST_DIGITS = 7;

/** E-mail addresses in a text, however it is encoded: as they are, in a URL, or with JSON's escapes. Lower case. */
export function emailsIn(text: string): string[] {
  return [...new Set((decoded(text).match(EMAIL) ?? []).map((address) => address.toLowerCase()))];
}

/** Digits of what looks like a phone number in a text. */
export function phonesIn(text: string): string[] {
  return [...new Set((decoded(text).match(PHONE) ?? []).map((number) => number.replaceAll(/\D/g, '')))];
}

/** Whether a text names a person. Numbers compare without their country, and ids that are too short to mean anything don't. */
export function mentions(text: string, names: readonly Name[]): boolean {
  const emails = new Set(emailsIn(text));
  const phones = phonesIn(text);
  const words = decoded(text);
  return names.some(({ kind, value }) => {
    if (kind === 'email') return emails.has(value.toLowerCase());
    if (kind === 'phone') return phones.some((digits) => isSameNumber(value.replaceAll(/\D/g, ''), digits));
    return value.length >= LEAST_DIGITS && hasWord(words, value);
  });
}

function isSameNumber(full: string, written: string): boolean {
  const national = written.replace(/^0+/, '');
  return national.length >= LEAST_DIGITS && full.endsWith(national);
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1))
    if (!isWordAt(text, at - 1) && !isWordAt(text, at + word.length)) return true;
  return false;
}

function isWordAt(text: string, at: number): boolean {
  return /\w/.test(text.charAt(at));
}

function decoded(text: string): string {
  return text
    .replaceAll(/\\u00([0-9a-f]{2})/gi, (_match, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll(/%(2[0-9a-f]|3[0-9a-f]|40|5f)/gi, (_match, hex: string) =>
      String.fromCodePoint(Number.parseInt(hex, 16)),
    );
}

/** The keys by which a happening is told once, as far as they name a person or an order. */
export function onceKeysOf({
  event: { type, order, customer, data },
  sourceId,
}: Pick<TimelineEvent, 'event' | 'sourceId'>): KeptKey[] {
  const refund = 'refundId' in data ? data.refundId : undefined;
  const ids = [order?.externalId, order && refund && `${order.externalId}:${refund}`, customer?.externalId];
  return ids.flatMap((id) => (id === undefined || id === '' ? [] : [{ sourceId, key: `once:${type}:${id}` }]));
}

/** Ids that senders gave to events by API: what they are made of is the sender's business, so they may name somebody. */
export function senderKeysOf(
  bodies: readonly { readonly kind: string; readonly sourceId: string; readonly body: string }[],
): KeptKey[] {
  return bodies.flatMap(({ kind, sourceId, body }) => {
    const key = kind === 'api' ? idIn(body) : null;
    return key === null ? [] : [{ sourceId, key }];
  });
}

function idIn(body: string): string | null {
  try {
    const event: unknown = JSON.parse(body);
    const id = typeof event === 'object' && event !== null && 'id' in event ? event.id : null;
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}
