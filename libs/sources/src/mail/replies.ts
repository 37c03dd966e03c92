import type { StoredMail } from '#app/application';
import EmailReplyParser from 'email-reply-parser';

const MAX_CHARS = 10_000;
/** The parser goes over its text many times. */
const MAX_PARSED_CHARS = 20_000;
const AUTOMATIC_SUBJECT =
  /^(?:auto(?:matic|mated)?[ -:]*(?:reply|response|antwort)|out of (?:the )?office|abwesend|abwesenheits|automatische antwort|réponse automatique|absence du bureau|respuesta automática|risposta automatica|automatisch antwoord|afwezig)/i;

/** RFC 3834 and what machines did before it. */
export function isAutomatic({ from, subject, headers }: Pick<StoredMail, 'from' | 'subject' | 'headers'>): boolean {
  const submitted = headers['auto-submitted']?.split(';')[0]?.trim().toLowerCase();
  if (submitted !== undefined && submitted !== 'no') return true;
  if (/^(?:bulk|junk|list|auto_reply)$/i.test(headers['precedence']?.trim() ?? '')) return true;
  if (headers['x-autoreply'] !== undefined || headers['x-autorespond'] !== undefined) return true;
  return (
    from === '' || /^(?:mailer-daemon|postmaster|no-?reply)@/i.test(from) || AUTOMATIC_SUBJECT.test(subject.trim())
  );
}

/** What the person wrote, without what was quoted and the signature; all of it where nothing would be left. */
export function ownWords(text: string): string {
  const plain = text.replaceAll('\r\n', '\n').slice(0, MAX_PARSED_CHARS);
  const own = new EmailReplyParser().parseReply(plain).trim();
  return (own === '' ? plain.trim() : own).slice(0, MAX_CHARS);
}
