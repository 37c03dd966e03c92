import type { StoredMail } from '#app/application';

export interface ReadBounce {
  readonly kind: 'hard' | 'soft';
  readonly code?: string | undefined;
  readonly reason: string;
}

/** What a report says became of a mail. `underway`: it is still being tried. */
export type ReadReport = ReadBounce | 'delivered' | 'underway';

const MAX_REASON_CHARS = 500;
/** Bad mailbox, bad domain, moved for good, null MX (RFC 3463, RFC 7505): nothing will ever arrive. */
const DEAD = /^5\.1\.(?:0|1|2|3|6|10)$/;
/** Without an enhanced code (RFC 5321, 4.2.3). */
const DEAD_REPLIES = /^(?:550|551|553)$/;
/** A 550 with these words refuses the mail, or the mailbox comes back. */
const NOT_DEAD =
  /spam|block|black|policy|reputation|dmarc|dkim|spf|quota|full|too many|rate|greylist|content|virus|temporar/i;
const GONE =
  /user unknown|unknown (?:user|recipient|address)|no such (?:user|recipient|mailbox|address)|does(?: not|n't) exist|(?:user|recipient|address|mailbox) (?:was )?not found|invalid (?:recipient|mailbox)|account (?:is )?(?:disabled|closed)/i;
const ENHANCED = /\b([245]\.\d{1,3}\.\d{1,3})\b/;
const REPLY = /\b([45]\d\d)[ -]/;

/** A delivery status notification (RFC 3464): of several recipients the one that fared worst. */
export function readDeliveryStatus(content: string): ReadReport | null {
  const reports = content
    .replaceAll('\r\n', '\n')
    .replaceAll(/\n[ \t]+/g, ' ')
    .split(/\n{2,}/)
    .map(fieldsOf)
    .flatMap((fields) => statusOf(fields) ?? []);
  const bounces = reports.filter((report) => typeof report !== 'string');
  return bounces.find(({ kind }) => kind === 'hard') ?? bounces[0] ?? reports[0] ?? null;
}

/** A bounce in free words, as some servers write it: only where they come with a code, or say outright that there is nobody. */
export function readFreeBounce({
  subject,
  text,
  enclosed,
}: Pick<StoredMail, 'subject' | 'text' | 'enclosed'>): ReadBounce | null {
  const words = text.split(/^-+ ?(?:this is a copy|original message|forwarded message)/im)[0] ?? '';
  const code = ENHANCED.exec(words)?.[1] ?? REPLY.exec(words)?.[1];
  if (code !== undefined && !code.startsWith('2')) return bounceOf(code, words);
  if (GONE.test(words)) return { kind: 'hard', reason: reasonOf(words) };
  const isBounce =
    enclosed !== '' ||
    /undeliver|delivery (?:status|failure|has failed)|returned mail|mail delivery failed|failure notice/i.test(subject);
  return isBounce ? { kind: 'soft', reason: reasonOf(words) } : null;
}

/** Types of complaint (RFC 5965) by which somebody wants no more; `not-spam` takes one back, `auth-failure` is about forgeries. */
export function isComplaint(content: string): boolean {
  const kind = fieldsOf(content.replaceAll('\r\n', '\n'))['feedback-type']?.toLowerCase();
  return kind === 'abuse' || kind === 'fraud' || kind === 'opt-out' || kind === 'virus' || kind === 'other';
}

function statusOf(fields: Readonly<Record<string, string>>): ReadReport | null {
  const action = fields['action']?.toLowerCase();
  if (action === undefined) return null;
  if (action === 'delivered') return 'delivered';
  if (action !== 'failed') return 'underway';
  const diagnostic = (fields['diagnostic-code'] ?? '').replace(/^[^;]*;\s*/, '');
  return bounceOf(codeOf(fields['status'] ?? '', diagnostic), diagnostic);
}

/** 5.0.0 says no more than that it failed: then the words of the server say more. */
function codeOf(status: string, diagnostic: string): string | undefined {
  const code = ENHANCED.exec(status)?.[1];
  if (code !== undefined && !/^[45]\.0\.0$/.test(code)) return code;
  return ENHANCED.exec(diagnostic)?.[1] ?? REPLY.exec(`${diagnostic} `)?.[1] ?? code;
}

function bounceOf(code: string | undefined, words: string): ReadBounce {
  const isDead =
    code === undefined || /^\d\.0\.0$/.test(code)
      ? GONE.test(words)
      : DEAD.test(code) || (DEAD_REPLIES.test(code) && !NOT_DEAD.test(words));
  return { kind: isDead ? 'hard' : 'soft', code, reason: reasonOf(words) };
}

function reasonOf(words: string): string {
  return words.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_REASON_CHARS);
}

function fieldsOf(block: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields[line.slice(0, colon).trim().toLowerCase()] ??= line.slice(colon + 1).trim();
  }
  return fields;
}
