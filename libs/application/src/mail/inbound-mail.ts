import type { CustomerRef } from '#app/domain';
import type { MailPurpose } from './mail-addresses.js';

/** A mail taken apart: what later reading needs of it, without what was attached. */
export interface TakenMail {
  /** Of the envelope; empty for reports. */
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  /** Those by which machines tell what they are, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Machine-readable parts: `message/delivery-status` (RFC 3464), `message/feedback-report` (RFC 5965). */
  readonly reports: readonly { readonly type: string; readonly content: string }[];
  /** Headers of the mail that a report encloses. */
  readonly enclosed: string;
  /** Names of what was attached; the files are not kept. */
  readonly attachments: readonly string[];
  /** Of the bytes as they came, 64 hexadecimal digits. */
  readonly hash: string;
}

/** What waits in the inbox under the kind `mail`. */
export interface StoredMail extends Omit<TakenMail, 'hash'> {
  readonly purpose: MailPurpose;
  readonly messageId: string;
  /** Whom the message went to. */
  readonly customer?: CustomerRef | undefined;
  readonly order?: string | undefined;
}
