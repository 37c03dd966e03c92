import { createHash } from 'node:crypto';
import type { TakenMail } from '#app/application';
import { PermanentError } from '#app/domain';
import { convert } from 'html-to-text';
import PostalMime, { type Attachment, type Email } from 'postal-mime';

/** Of a text: more is not an answer, but a quotation of one. */
const MAX_TEXT_CHARS = 50_000;
const MAX_HEADER_CHARS = 1_000;
const MAX_REPORT_CHARS = 20_000;
/** Reading takes its time by the line, on the thread that takes webhooks; what comes later is as a rule a file. */
const MAX_READ_LINES = 10_000;
const MAX_READ_BYTES = 1_000_000;
const LINE_END = 0x0a;
const MAX_ATTACHMENTS = 50;
const MAX_NAME_CHARS = 255;
const MAX_DEPTH = 20;
const KEPT_HEADERS = new Set([
  'auto-submitted',
  'precedence',
  'x-autoreply',
  'x-autorespond',
  'x-auto-response-suppress',
  'content-type',
  'from',
  'date',
  'x-failed-recipients',
  'list-id',
]);
const REPORTS = new Set(['message/delivery-status', 'message/global-delivery-status', 'message/feedback-report']);
const ENCLOSED = new Set(['message/rfc822', 'message/global', 'text/rfc822-headers', 'message/global-headers']);

/** A mail as its bytes came, however badly it is written: mail of machines often is. @throws PermanentError `malformed` */
export async function takeApart(raw: Buffer, from: string): Promise<TakenMail> {
  const hash = createHash('sha256').update(raw).digest('hex');
  const mail = await parse(beginningOf(raw));
  const headers: Record<string, string> = {};
  for (const { key, value } of mail.headers)
    if (KEPT_HEADERS.has(key)) headers[key] ??= value.slice(0, MAX_HEADER_CHARS);
  const parts = mail.attachments;
  return {
    from,
    subject: (mail.subject ?? '').slice(0, MAX_HEADER_CHARS),
    text: textOf(mail).slice(0, MAX_TEXT_CHARS),
    headers,
    reports: parts.filter(({ mimeType }) => REPORTS.has(mimeType)).map(reportOf),
    enclosed: parts
      .filter(({ mimeType }) => ENCLOSED.has(mimeType))
      .map(headersOf)
      .join('\n'),
    attachments: parts
      .filter(({ mimeType }) => !REPORTS.has(mimeType) && !ENCLOSED.has(mimeType))
      .slice(0, MAX_ATTACHMENTS)
      .map(({ filename, mimeType }) => (filename ?? mimeType).slice(0, MAX_NAME_CHARS)),
    hash,
  };
}

function beginningOf(raw: Buffer): Buffer {
  let end = 0;
  for (let lines = 0; lines < MAX_READ_LINES && end < MAX_READ_BYTES; lines += 1) {
    const next = raw.indexOf(LINE_END, end);
    if (next < 0) return raw.subarray(0, MAX_READ_BYTES);
    end = next + 1;
  }
  return raw.subarray(0, Math.min(end, MAX_READ_BYTES));
}

/** Its charsets, encodings and boundaries may be wrong; only parts within parts without end are refused. */
async function parse(raw: Buffer): Promise<Email> {
  try {
    return await PostalMime.parse(raw, {
      rfc822Attachments: true,
      forceRfc822Attachments: true,
      attachmentEncoding: 'utf8',
      maxNestingDepth: MAX_DEPTH,
    });
  } catch (cause) {
    throw new PermanentError('malformed', 'This mail has more parts within parts than anybody reads.', { cause });
  }
}

function textOf({ text, html }: { readonly text?: string | undefined; readonly html?: string | undefined }): string {
  if (text?.trim()) return text;
  return html === undefined
    ? ''
    : convert(html.slice(0, 4 * MAX_TEXT_CHARS), { wordwrap: false, selectors: [{ selector: 'img', format: 'skip' }] });
}

function reportOf(part: Attachment): { type: string; content: string } {
  return { type: part.mimeType.replace('/global-', '/'), content: contentOf(part).slice(0, MAX_REPORT_CHARS) };
}

/** Up to the first empty line: of what was written nothing is kept. */
function headersOf(part: Attachment): string {
  const content = contentOf(part);
  const end = /\r?\n\r?\n/.exec(content)?.index ?? content.length;
  return content.slice(0, Math.min(end, MAX_REPORT_CHARS)).replaceAll(/\r?\n[ \t]+/g, ' ');
}

function contentOf({ content }: Attachment): string {
  return typeof content === 'string' ? content : Buffer.from(content as ArrayBuffer).toString('utf8');
}
