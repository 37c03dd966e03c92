import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecretPort } from '../ports/secret.port.js';

/** The domain whose mail comes to us; null: none does. */
export abstract class InboundMailSettings {
  abstract readonly domain: string | null;
}

/** What mail to an address is: a report of what became of a message, an answer to it, or the wish to get no more. */
export type MailPurpose = 'bounce' | 'reply' | 'unsubscribe';

export interface MailRef {
  readonly purpose: MailPurpose;
  readonly shopId: string;
  readonly messageId: string;
}

const LETTERS: Readonly<Record<MailPurpose, string>> = { bounce: 'b', reply: 'r', unsubscribe: 'u' };
const ID_BYTES = 16;
const MARK_BYTES = 8;
/** Forty bytes to the base 36, which survives a change of case; with letter and plus all that a local part may have (RFC 5321). */
const DIGITS = 62;
const RADIX = 36n;
const TOTAL_BYTES = 2 * ID_BYTES + MARK_BYTES;
/** Complaints come to an address that was registered once, and name the message in what they enclose. */
const COMPLAINTS_TO = ['abuse', 'fbl'];

/** Addresses of our own in what we send: they name shop and message, and nobody else can make one. */
@Injectable()
export class MailAddresses {
  constructor(
    private readonly secrets: SecretPort,
    private readonly settings: InboundMailSettings,
  ) {}

  /** Null where no mail comes to us. */
  of({ purpose, shopId, messageId }: MailRef): string | null {
    const { domain } = this.settings;
    if (domain === null) return null;
    const ids = Buffer.from(`${shopId}${messageId}`.replaceAll('-', ''), 'hex');
    const bytes = Buffer.concat([ids, this.mark(purpose, ids)]);
    const digits = BigInt(`0x${bytes.toString('hex')}`)
      .toString(Number(RADIX))
      .padStart(DIGITS, '0');
    return `${LETTERS[purpose]}+${digits}@${domain}`;
  }

  /** Null for an address that this installation never made. */
  read(address: string): MailRef | null {
    const [local = '', domain] = address.toLowerCase().split('@');
    const match = /^([bru])\+([0-9a-z]{62})$/.exec(local);
    if (!match || domain !== this.settings.domain) return null;
    const purpose = (Object.keys(LETTERS) as MailPurpose[]).find((each) => LETTERS[each] === match[1]);
    const hex = numberOf(match[2] ?? '')
      .toString(16)
      .padStart(2 * TOTAL_BYTES, '0');
    const bytes = Buffer.from(hex, 'hex');
    const ids = bytes.subarray(0, 2 * ID_BYTES);
    if (
      !purpose ||
      bytes.length !== TOTAL_BYTES ||
      !timingSafeEqual(bytes.subarray(2 * ID_BYTES), this.mark(purpose, ids))
    )
      return null;
    return { purpose, shopId: uuidOf(ids.subarray(0, ID_BYTES)), messageId: uuidOf(ids.subarray(ID_BYTES)) };
  }

  takesComplaints(address: string): boolean {
    const [local = '', domain] = address.toLowerCase().split('@');
    return domain === this.settings.domain && COMPLAINTS_TO.includes(local);
  }

  /** The first message of ours that a text names by one of its addresses. */
  namedIn(text: string): MailRef | null {
    for (const [address] of text.matchAll(/[bru]\+[0-9a-z]{62}@[a-z0-9.-]+/gi)) {
      const ref = this.read(address);
      if (ref) return ref;
    }
    return null;
  }

  private mark(purpose: MailPurpose, ids: Buffer): Uint8Array {
    return this.secrets.fingerprint(`${purpose}|${ids.toString('hex')}`, 'mail-address').subarray(0, MARK_BYTES);
  }
}

function numberOf(digits: string): bigint {
  let value = 0n;
  for (const digit of digits) value = value * RADIX + BigInt(Number.parseInt(digit, Number(RADIX)));
  return value;
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
