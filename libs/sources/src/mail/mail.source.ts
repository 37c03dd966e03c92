import type { ParseContext, ParsedBody, SourceKind, StoredMail } from '#app/application';
import { type NormalisedEvent, PermanentError, toIso } from '#app/domain';
import { z } from 'zod';
import { isAutomatic, ownWords } from './replies.js';
import { isComplaint, readDeliveryStatus, readFreeBounce, type ReadReport } from './reports.js';

const storedMail = z.object({
  purpose: z.enum(['bounce', 'reply', 'unsubscribe']),
  messageId: z.uuid(),
  customer: z
    .object({ externalId: z.string().optional(), email: z.string().optional(), phone: z.string().optional() })
    .optional(),
  order: z.string().optional(),
  from: z.string(),
  subject: z.string(),
  text: z.string(),
  headers: z.record(z.string(), z.string()),
  reports: z.array(z.object({ type: z.string(), content: z.string() })),
  enclosed: z.string(),
  attachments: z.array(z.string()),
});

/** Mail to addresses that we made: the address vouches for it, and no webhook of this kind exists. */
export const mailSource: SourceKind = {
  code: 'mail',
  title: 'Mail',
  settings: z.strictObject({}),
  keptHeaders: [],
  contentTypes: [],
  refuseSecret: () => 'Mail comes to addresses in what was sent. Choose another kind of source.',
  verify: () => ({ genuine: false, reason: 'mail comes by SMTP' }),
  dedupeKey: ({ rawBody }) => rawBody.toString('base64url').slice(0, 255),
  parse: ({ body }, context) => read(storedMailOf(body), context),
};

function storedMailOf(body: string): StoredMail {
  const mail = storedMail.safeParse(JSON.parse(body));
  if (mail.success) return mail.data;
  throw new PermanentError('event.invalid', 'This is no mail as it is stored. Drop it.', { cause: mail.error });
}

function read(mail: StoredMail, context: ParseContext): ParsedBody {
  const complaint = mail.reports.find(({ type }) => type === 'message/feedback-report');
  if (complaint) {
    if (!isComplaint(complaint.content)) return ignored('a report of feedback that is no complaint');
    return { events: [event(mail, context, 'message.complained', {})] };
  }
  const report = reportIn(mail);
  if (report) return reported(mail, context, report);
  if (mail.purpose === 'unsubscribe') return unsubscribed(mail, context);
  if (mail.purpose === 'bounce') return ignored('mail to the return address that is no report');
  const automatic = isAutomatic(mail);
  const data = {
    text: ownWords(mail.text),
    subject: mail.subject,
    from: mail.headers['from'] ?? mail.from,
    ...(automatic && { automatic }),
    ...(mail.attachments.length > 0 && { attachments: mail.attachments }),
  };
  return { events: [event(mail, context, 'message.replied', data)] };
}

/** Words without a report count only at the address that servers answer to: people quote such things. */
function reportIn(mail: StoredMail): ReadReport | null {
  const status = mail.reports.find(({ type }) => type === 'message/delivery-status');
  const told = status ? readDeliveryStatus(status.content) : null;
  if (told) return told;
  const isNotice = isAutomatic({ ...mail, from: 'a@b' }) && mail.enclosed === '';
  return mail.purpose === 'bounce' && !isNotice ? readFreeBounce(mail) : null;
}

function reported(mail: StoredMail, context: ParseContext, report: ReadReport): ParsedBody {
  if (report === 'underway') return ignored('the mail is still being tried');
  if (report === 'delivered') return { events: [event(mail, context, 'message.delivered', {})] };
  return { events: [event(mail, context, 'message.bounced', report)] };
}

function unsubscribed(mail: StoredMail, context: ParseContext): ParsedBody {
  if (isAutomatic(mail)) return ignored('a machine answered at the address to unsubscribe');
  const proof = `mail to the unsubscribe address of message ${mail.messageId}`;
  const occurredAt = toIso(context.receivedAt);
  const data = { channel: 'email', state: 'opted_out', level: 'confirmed', proof } as const;
  return { events: [{ type: 'consent.changed', occurredAt, customer: mail.customer, data }] };
}

function event(
  { messageId, customer, order }: StoredMail,
  { receivedAt }: ParseContext,
  type: 'message.bounced' | 'message.complained' | 'message.delivered' | 'message.replied',
  data: object,
): NormalisedEvent {
  return {
    type,
    occurredAt: toIso(receivedAt),
    ...(customer && { customer }),
    ...(order !== undefined && { order: { externalId: order } }),
    data: { messageId, channel: 'email', ...data },
  } as NormalisedEvent;
}

function ignored(reason: string): ParsedBody {
  return { events: [], ignored: reason };
}
