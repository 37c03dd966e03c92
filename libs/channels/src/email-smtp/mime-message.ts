import type { MessageStream, OutboundMessage } from '#app/application';
import MailComposer from 'nodemailer/lib/mail-composer';
import { domainOf } from './mail-address.js';
import { quotedPrintable } from './quoted-printable.js';

/** Of `Feedback-ID`, 5 to 15 characters: the same in all mails of an installation. */
const SENDER_ID = 'afterglow';

interface PreparedHeader {
  readonly prepared: true;
  readonly value: string;
}

/** Builds the message as it goes over the wire. The Message-ID follows from the message key, so a reader's mail program sees a second copy as the same mail. */
export function buildMime(message: OutboundMessage, from: string): Buffer {
  const replyTo = message.sender?.replyTo ?? null;
  const composer = new MailComposer({
    from: { name: asWritten(message.fromName), address: from },
    to: { name: '', address: message.to },
    ...(replyTo !== null && { replyTo: { name: asWritten(message.fromName), address: replyTo } }),
    subject: asWritten(message.subject ?? ''),
    text: message.text,
    ...(message.html !== null && { html: message.html }),
    messageId: messageIdOf(message.key, from),
    headers: {
      ...(message.unsubscribeUrl !== null &&
        oneClickUnsubscribe(message.unsubscribeUrl, message.sender?.unsubscribe ?? null)),
      ...(message.stream && streamHeaders(message.stream, domainOf(from))),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
    // mails are mostly ASCII; else every part would be counted letter by letter to find that out
    textEncoding: 'quoted-printable',
  });
  const mime = writtenOut(composer.compile());
  return Buffer.from(mime.endsWith('\r\n') ? mime : `${mime}\r\n`, 'utf8');
}

type Part = ReturnType<MailComposer['compile']>;

/** The library's headers and our bodies: it would lead each part through a chain of streams, which costs more than all else of a mail. */
function writtenOut(part: Part): string {
  // settles what the part is and how it is encoded
  const head = withLineEnds(part.buildHeaders());
  const { boundary, childNodes, content } = part;
  const body =
    typeof boundary === 'string' ? bodyOf(boundary, childNodes) : bodyText(content, part.getTransferEncoding());
  return `${head}\r\n\r\n${body}`;
}

function bodyOf(boundary: string, parts: readonly Part[]): string {
  return `${parts.map((part) => `--${boundary}\r\n${writtenOut(part)}\r\n`).join('')}--${boundary}--\r\n`;
}

/** Text that is ASCII in short lines goes as it is. */
function bodyText(content: Part['content'], encoding: string | false): string {
  const text = typeof content === 'string' ? content : '';
  return encoding === 'quoted-printable' ? quotedPrintable(text) : withLineEnds(text);
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
