import type { OutboundMessage } from '#app/application';
import MailComposer from 'nodemailer/lib/mail-composer';

/** Builds the message as it goes over the wire. The Message-ID follows from the message key, so a reader's mail program sees a second copy as the same mail. */
export function buildMime(message: OutboundMessage, from: string): Promise<Buffer> {
  const composer = new MailComposer({
    from: { name: asWritten(message.fromName), address: from },
    to: { name: '', address: message.to },
    subject: asWritten(message.subject ?? ''),
    text: message.text,
    ...(message.html !== null && { html: message.html }),
    messageId: messageIdOf(message.key, from),
    headers: message.unsubscribeUrl === null ? {} : oneClickUnsubscribe(message.unsubscribeUrl),
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'windows',
    // mails are mostly ASCII; else every part would be counted letter by letter to find that out
    textEncoding: 'quoted-printable',
  });
  return composer.compile().build();
}

/**
 * One line, shown as it was written: what looks like an encoded word (RFC 2047) would be decoded by mail programs, line breaks in it
 * among the rest, so it gets a blank.
 */
function asWritten(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replaceAll(/=\?(?=[^\s?]+\?[bq]\?)/gi, '= ?');
}

export function messageIdOf(key: string, from: string): string {
  return `<${key}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}

/** RFC 8058: a POST to the URL unsubscribes without asking anything. */
function oneClickUnsubscribe(url: string): Record<string, { prepared: true; value: string }> {
  return {
    'List-Unsubscribe': { prepared: true, value: `<${url}>` },
    'List-Unsubscribe-Post': { prepared: true, value: 'List-Unsubscribe=One-Click' },
  };
}
