import type { Channel, HandOverPhase, HandOverResult, OutboundMessage } from '#app/application';
import { PermanentError } from '#app/domain';
import { z } from 'zod';
import { defineChannelKind } from '../channel-kind.js';
import { classifySmtp, enhancedCode } from './classify-smtp.js';
import type { AddressPolicy } from '../public-address.js';
import { signedMail } from './dkim.js';
import { bareAddress, domainOf, isMailAddress } from './mail-address.js';
import { buildMime, messageIdOf } from './mime-message.js';
import type { LineResult } from './smtp-line.js';
import { SmtpLines } from './smtp-lines.js';
import { lineSettings, outlineOf, SOCKET_TIMEOUT_MS, smtpUrl } from './smtp-url.js';

/** A hung server holds one connection each; more would only make it worse for both. */
const MAX_CONNECTIONS = 10;
const MAX_DETAIL_CHARS = 300;

const emailSmtpSettings = z.strictObject({
  url: smtpUrl,
  /** `shop@example.com`, with or without a name; the name shown is the shop's. */
  from: z.string().refine((text) => bareAddress(text) !== null, 'must be one e-mail address'),
});
type EmailSmtpSettings = z.infer<typeof emailSmtpSettings>;

interface LineOptions {
  /** The least that is honest is the default; tests shorten it. */
  readonly socketTimeoutMs?: number;
  /** Where it may lead; null: anywhere. */
  readonly policy?: AddressPolicy | null;
}

/** E-mail by SMTP over a handful of kept connections. SMTP has no idempotency key: silence after DATA is an unknown outcome. */
export class EmailSmtpChannel implements Channel {
  readonly code = 'email-smtp';
  readonly title = 'E-mail by SMTP';
  readonly medium = 'email';
  readonly concurrency = MAX_CONNECTIONS;
  readonly timeoutMs = SOCKET_TIMEOUT_MS;
  private readonly lines: SmtpLines;
  private readonly from: string;

  constructor(
    { url, from }: EmailSmtpSettings,
    { socketTimeoutMs = SOCKET_TIMEOUT_MS, policy = null }: LineOptions = {},
  ) {
    const address = bareAddress(from);
    if (address === null) throw new PermanentError('configuration', `MAIL_FROM is "${from}": give one e-mail address.`);
    this.from = address;
    const settings = lineSettings(url);
    this.lines = new SmtpLines(
      { ...settings, connection: { ...settings.connection, socketTimeout: socketTimeoutMs }, policy },
      MAX_CONNECTIONS,
    );
  }

  async send(message: OutboundMessage): Promise<HandOverResult> {
    if (!isMailAddress(message.to)) return notSent('permanent', 'This is not one e-mail address.', 'recipient');
    const from = message.sender?.from ?? this.from;
    let mime: Buffer;
    try {
      mime = await this.mimeOf(message, from);
    } catch (error) {
      return notSent('permanent', detailOf(error));
    }
    const result = await this.lines.send(message.sender?.returnPath ?? from, message.to, mime);
    return result.error ? this.failed(result) : this.taken(messageIdOf(message.key, from), result);
  }

  async close(): Promise<void> {
    this.lines.close();
  }

  private async mimeOf(message: OutboundMessage, from: string): Promise<Buffer> {
    const mime = buildMime(message, from);
    const key = message.sender?.keys.find(({ domain }) => domain === domainOf(from));
    return key ? signedMail(mime, key) : mime;
  }

  private taken(providerRef: string, { info }: LineResult): HandOverResult {
    const reply = info?.response ?? '';
    return {
      outcome: 'sent',
      phase: 'answered',
      providerRef,
      code: codeOf(reply),
      detail: reply.slice(0, MAX_DETAIL_CHARS),
    };
  }

  private failed({ error, phase354 }: LineResult): HandOverResult {
    const reply = error?.response ?? '';
    const responseCode = error?.responseCode ?? null;
    const nodemailerCode = error?.code ?? 'ESOCKET';
    const verdict = classifySmtp({
      phase354,
      responseCode,
      enhanced: enhancedCode(reply),
      nodemailerCode,
      command: error?.command ?? null,
    });
    return {
      ...verdict,
      phase: phaseOf(phase354, error),
      providerRef: null,
      code: codeOf(reply) ?? nodemailerCode,
      detail: detailOf(error),
    };
  }
}

function phaseOf(phase354: boolean, error: LineResult['error']): HandOverPhase {
  if (phase354) return error?.responseCode === undefined ? 'data' : 'answered';
  if (error?.command === undefined || error.command === 'CONN') return 'none';
  return /^(MAIL FROM|RCPT TO|DATA)/.test(error.command) ? 'envelope' : 'connected';
}

/** `550 5.1.1` of a reply. */
function codeOf(reply: string): string | null {
  const basic = /^\d{3}/.exec(reply)?.[0];
  if (basic === undefined) return null;
  const enhanced = enhancedCode(reply);
  return enhanced === null ? basic : `${basic} ${enhanced}`;
}

function detailOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, MAX_DETAIL_CHARS);
}

function notSent(outcome: 'permanent', detail: string, suppress?: 'recipient'): HandOverResult {
  return { outcome, phase: 'none', providerRef: null, code: null, detail, suppress };
}

export const emailSmtp = defineChannelKind({
  code: 'email-smtp',
  title: 'E-mail by SMTP',
  media: ['email'],
  settings: emailSmtpSettings,
  outline: ({ url, from }) => `${outlineOf(url)}, from ${from}`,
  create: (settings, _medium, policy) => new EmailSmtpChannel(settings, { policy }),
});
