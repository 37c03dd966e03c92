import type { MessageStream, OutboundMessage } from '#app/application';
import MimeNode from 'nodemailer/lib/mime-node';
import { domainOf } from './mail-address.js';
import { quotedPrintable } from './quoted-printable.js';

/** Of `Feedback-ID`, 5 to 15 characters: the same in all mails of an installation. */
const SENDER_ID = 'afterglow';

interface PreparedHeader {
  readonly prepared: true;
  readonly value: string;
}

/** Text that is written as it is, when its lines are short. */
const PLAIN = /^[\t\n\r -~]*$/;
const LONG_LINE = /[^\r\n]{77}/;

/**
 * Builds the message as it goes over the wire. The Message-ID follows from the message key, so a reader's mail program sees a second
 * copy as the same mail. The headers are the library's; its bodies go through a chain of streams, which costs more than all else of a mail.
 */
export function buildMime(message: OutboundMessage, from: string): Buffer {
  const { text, html } = message;
  const head = headOf(message, from);
  if (html === null || text === '') {
    const { encoding, body } = encoded(html ?? text);
    head.setHeader('Content-Type', `${html === null ? 'text/plain' : 'text/html'}; charset=utf-8`);
    head.setHeader('Content-Transfer-Encoding', encoding);
    return Buffer.from(`${withLineEnds(head.buildHeaders())}\r\n\r\n${closed(body)}`, 'utf8');
  }
  head.setHeader('Content-Type', 'multipart/alternative');
  // settles the boundary
  const headers = withLineEnds(head.buildHeaders());
  const parts = [partOf('text/plain', encoded(text)), partOf('text/html', encoded(html))];
  const body = `${parts.map((part) => `--${head.boundary}\r\n${part}\r\n`).join('')}--${head.boundary}--\r\n`;
  return Buffer.from(`${headers}\r\n\r\n${body}`, 'utf8');
}

function headOf(message: OutboundMessage, from: string): MimeNode {
  const replyTo = message.sender?.replyTo ?? null;
  const fromName = asWritten(message.fromName);
  const head = new MimeNode();
  head.addHeader({
    ...(message.unsubscribeUrl !== null &&
      oneClickUnsubscribe(message.unsubscribeUrl, message.sender?.unsubscribe ?? null)),
    ...(message.stream && streamHeaders(message.stream, domainOf(from))),
  });
  head.setHeader('From', [{ name: fromName, address: from }]);
  head.setHeader('To', [{ name: '', address: message.to }]);
  if (replyTo !== null) head.setHeader('Reply-To', [{ name: fromName, address: replyTo }]);
  head.setHeader('Subject', asWritten(message.subject ?? ''));
  head.setHeader('Message-ID', messageIdOf(message.key, from));
  return head;
}

interface EncodedText {
  readonly encoding: '7bit' | 'quoted-printable';
  readonly body: string;
}

/** Never base64: mails are mostly ASCII. */
function encoded(text: string): EncodedText {
  return PLAIN.test(text) && !LONG_LINE.test(text)
    ? { encoding: '7bit', body: withLineEnds(text) }
    : { encoding: 'quoted-printable', body: quotedPrintable(text) };
}

function partOf(type: string, { encoding, body }: EncodedText): string {
  return `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`;
}

function closed(body: string): string {
  return body.endsWith('\r\n') ? body : `${body}\r\n`;
}

function withLineEnds(text: string): string {
  return text.replaceAll(/\r\n|\r|\n/g, '\r\n');
}

/**
 * One line, shown as it was written: what looks like an encoded word (RFC 2047) would be decoded by mail programs, line breaks in it
 * among the rest, so it gets a blank.
 */
function asWritten(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replaceAll(/=\?(?=[^\s?]+\?[bq]\?)/gi, '= ?');
}

export function messageIdOf(key: string, from: string): string {
  return `<${key}@${domainOf(from)}>`;
}

/** RFC 8058: a POST to the URL unsubscribes without asking anything; so does a mail. */
function oneClickUnsubscribe(url: string, address: string | null): Record<string, PreparedHeader> {
  return {
    'List-Unsubscribe': {
      prepared: true,
      value: address === null ? `<${url}>` : `<${url}>,\r\n <mailto:${address}?subject=unsubscribe>`,
    },
    'List-Unsubscribe-Post': { prepared: true, value: 'List-Unsubscribe=One-Click' },
  };
}

/**
 * By these mailbox providers tell streams apart and programs know that nobody sits at the other end. `Feedback-ID` is what Gmail
 * reports complaints by: journey, class, shop, and the sender last. A service message is no list, so it has no `List-Id`.
 */
function streamHeaders({ shopId, journey, class: kind }: MessageStream, domain: string) {
  return {
    'Feedback-ID': { prepared: true, value: `${journey}:${kind}:${shopId}:${SENDER_ID}` },
    // no out-of-office reply of Exchange; RFC 3834 tells the others
    'X-Auto-Response-Suppress': { prepared: true, value: 'OOF, AutoReply' },
    'Auto-Submitted': { prepared: true, value: 'auto-generated' },
    ...(kind !== 'service' && { 'List-Id': `<${kind}.${shopId}.${domain}>` }),
  } satisfies Record<string, PreparedHeader | string>;
}
