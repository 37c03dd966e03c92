import type { HandOverResult } from '#app/application';

/** What is known of a hand-over by SMTP that didn't end in a 2xx. */
export interface SmtpFailure {
  /** The server said 354 to this message's DATA: from then on it may have taken the message. */
  readonly phase354: boolean;
  readonly responseCode: number | null;
  /** Enhanced status code (RFC 3463), such as `5.1.1`. */
  readonly enhanced: string | null;
  readonly nodemailerCode: string;
  /** What the server answered to, such as `RCPT TO`; null where that isn't known. */
  readonly command: string | null;
}

export type SmtpVerdict = Pick<HandOverResult, 'outcome' | 'suppress'>;

const BAD_RECIPIENT: SmtpVerdict = { outcome: 'permanent', suppress: 'recipient' };
const BAD_MESSAGE: SmtpVerdict = { outcome: 'permanent' };
const LATER: SmtpVerdict = { outcome: 'transient' };
const DOWN: SmtpVerdict = { outcome: 'provider_down' };
const UNKNOWN: SmtpVerdict = { outcome: 'unknown' };

/** Refused before any recipient was named: our address, our login or the server itself, never the person. */
const SERVER_TROUBLE = new Set(['EPROTOCOL', 'EAUTH', 'ENOAUTH', 'EOAUTH2', 'ETLS', 'EDNS', 'EPROXY', 'EREQUIRETLS']);
/** Bad mailbox, bad mailbox syntax, moved without forwarding, null MX. */
const DEAD_ADDRESS = new Set(['5.1.0', '5.1.1', '5.1.3', '5.1.6', '5.1.10']);
/** Mailbox full or switched off: both come back. */
const SLEEPING_MAILBOX = new Set(['5.2.1', '5.2.2']);
/** Without an enhanced code: mailbox unavailable, not local, name not allowed (RFC 5321, 4.2.3). */
const RECIPIENT_REPLIES = new Set([550, 551, 553]);

/** What an SMTP failure means. After 354 only a reply of the server is definite; silence is unknown. */
export function classifySmtp(failure: SmtpFailure): SmtpVerdict {
  const { phase354, responseCode, nodemailerCode } = failure;
  if (responseCode === null) return withoutReply(phase354, nodemailerCode);
  if (!phase354 && (SERVER_TROUBLE.has(nodemailerCode) || responseCode === 421 || isLoginReply(responseCode)))
    return DOWN;
  if (responseCode >= 400 && responseCode < 500) return LATER;
  if (responseCode >= 500 && responseCode < 600) return refused(failure);
  return phase354 ? UNKNOWN : LATER;
}

function withoutReply(phase354: boolean, nodemailerCode: string): SmtpVerdict {
  if (phase354) return UNKNOWN;
  // nodemailer itself refused to send: the address or the message, and it will do so again
  if (nodemailerCode === 'EENVELOPE' || nodemailerCode === 'EMESSAGE') return BAD_MESSAGE;
  return SERVER_TROUBLE.has(nodemailerCode) ? DOWN : LATER;
}

/** Only an answer to RCPT is about the recipient: at MAIL it is our own address that is refused. */
function refused({ phase354, responseCode, enhanced, command }: SmtpFailure): SmtpVerdict {
  if (enhanced !== null && SLEEPING_MAILBOX.has(enhanced)) return LATER;
  if (phase354 || !command?.startsWith('RCPT')) return BAD_MESSAGE;
  if (enhanced !== null) return DEAD_ADDRESS.has(enhanced) ? BAD_RECIPIENT : BAD_MESSAGE;
  return RECIPIENT_REPLIES.has(responseCode ?? 0) ? BAD_RECIPIENT : BAD_MESSAGE;
}

function isLoginReply(responseCode: number): boolean {
  return responseCode === 530 || responseCode === 535;
}

/** `550 5.1.1 <x@y>: unknown` names 5.1.1. */
export function enhancedCode(reply: string): string | null {
  return /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(reply)?.[1] ?? null;
}
