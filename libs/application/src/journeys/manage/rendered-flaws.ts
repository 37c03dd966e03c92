import {
  type CheckInput,
  type ExploredStory,
  type Finding,
  flawSuspicion,
  type TemplateDocument,
  type TemplateFlaw,
} from '#app/domain';
import { partsOf } from '../../delivery/sms-parts.js';
import type { CompiledTemplate, RenderedMessage, TemplateEngine } from '../../delivery/template-engine.port.js';
import { LINKS, sentIn, type SentWith } from './template-gaps.js';

/** Stories whose messages are rendered. */
const MAX_STORIES = 12;
const MAX_SUBJECT_CHARS = 78;
/** Gmail shows no more of a mail. */
const MAX_HTML_BYTES = 102 * 1024;
/** A source below this never becomes so large: layout adds some kilobytes, and some for each component. */
const SUSPECT_SOURCE_CHARS = 8_000;
const MAX_PARTS = 3;
/** Of a message of approved words (Twilio's error 63021), and of a free one (its limit of a body). */
const MAX_WHATSAPP = { approved: 1_024, free: 1_600 };
/** Characters of word processors, and what the basic alphabet of text messages has in their place. */
const PLAIN: Readonly<Record<string, string>> = {
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '•': '*',
  '\u00A0': ' ',
  '\u202F': ' ',
};

type Flaw = Pick<TemplateFlaw, 'code' | 'severity' | 'place' | 'message'>;

/** Of a message as it is written for one person. */
export function flawsOfMessage(message: RenderedMessage): readonly Flaw[] {
  return [...shortFlaws(message, message.approved !== null), ...(message.html === null ? [] : sizeFlaws(message.html))];
}

function shortFlaws({ subject, sms, whatsapp }: RenderedMessage, isApproved: boolean): readonly Flaw[] {
  const most = isApproved ? MAX_WHATSAPP.approved : MAX_WHATSAPP.free;
  return [...subjectFlaws(subject ?? ''), ...smsFlaws(sms ?? ''), ...whatsappFlaws(whatsapp ?? '', most)];
}

/** Flaws that show once a message is written: each template in the first story that sends it, in every language. */
export async function renderedFlaws(
  input: CheckInput,
  stories: readonly ExploredStory[],
  engine: TemplateEngine,
): Promise<readonly Finding[]> {
  const sent = new Map<string, SentWith>();
  for (const { story } of stories.slice(0, MAX_STORIES))
    for (const one of sentIn(input, story)) if (!sent.has(one.template)) sent.set(one.template, one);
  const { templates, class: messageClass } = input.plan.document;
  const found: Finding[] = [];
  for (const [template, { variables }] of sent)
    for (const [locale, source] of Object.entries(templates[template] ?? {})) {
      const letter = new Letter(engine, source, { ...variables, locale });
      const flaws = [...letter.short(), ...(await letter.whole(messageClass !== 'service'))];
      found.push(...flaws.map((flaw) => flawSuspicion({ ...flaw, template, locale }, stories)));
    }
  return found;
}

class Letter {
  constructor(
    private readonly engine: TemplateEngine,
    private readonly source: TemplateDocument,
    private readonly variables: SentWith['variables'],
  ) {}

  /** Of the fields that need no layout. */
  short(): Flaw[] {
    const { subject, sms, whatsapp, whatsappContent } = this.source;
    const rendered = this.render({ engine: 1, subject, sms, whatsapp });
    return rendered ? [...shortFlaws(rendered, whatsappContent !== undefined)] : [];
  }

  /** Laying a mail out takes long, so only where something could be wrong with it. */
  async whole(needsUnsubscribe: boolean): Promise<Flaw[]> {
    const { mjml = '' } = this.source;
    // elsewhere the layout adds the line
    const isOwnLine = needsUnsubscribe && mjml.includes('links.unsubscribe');
    if (!isOwnLine && mjml.length < SUSPECT_SOURCE_CHARS) return [];
    const { compiled } = await this.engine.compile(this.source);
    const html = this.render(compiled)?.html ?? null;
    if (html === null) return [];
    return [...sizeFlaws(html), ...(isOwnLine && !html.includes(LINKS.unsubscribe) ? [NO_UNSUBSCRIBE] : [])];
  }

  /** Null for what can't be rendered; compiling says why. */
  private render(template: CompiledTemplate): RenderedMessage | null {
    const given = Object.entries(template).filter(([, field]) => field !== undefined);
    try {
      return this.engine.render(Object.fromEntries(given) as unknown as CompiledTemplate, this.variables);
    } catch {
      return null;
    }
  }
}

const NO_UNSUBSCRIBE: Flaw = {
  code: 'mail.no-unsubscribe',
  severity: 'error',
  place: 'mjml',
  message:
    'It names links.unsubscribe, so no line of ours is added, and yet shows it to nobody. Take the if around it away, or leave the line to us.',
};

function subjectFlaws(subject: string): Flaw[] {
  const length = Array.from(subject).length;
  if (length <= MAX_SUBJECT_CHARS) return [];
  const message = `${length} characters: "${subject}" is cut off in most inboxes. Write at most ${MAX_SUBJECT_CHARS}, what matters first.`;
  return [{ code: 'subject.too-long', severity: 'warning', place: 'subject', message }];
}

function smsFlaws(text: string): Flaw[] {
  const { parts, characters, encoding, foreign } = partsOf(text);
  const flaws: Flaw[] = [];
  if (foreign.length > 0 && foreign.every((one) => one in PLAIN)) {
    const pairs = foreign.map((one) => `${JSON.stringify(PLAIN[one])} for ${JSON.stringify(one)}`).join(', ');
    const message = `A part holds 70 characters instead of 160 only because of typographic signs. Write ${pairs}.`;
    flaws.push({ code: 'sms.alphabet', severity: 'warning', place: 'sms', message });
  }
  if (parts > MAX_PARTS)
    flaws.push({
      code: 'sms.too-long',
      severity: 'warning',
      place: 'sms',
      message: `${characters} characters are ${parts} parts (${encoding}), each billed like a message. Say it in ${MAX_PARTS} at most.`,
    });
  return flaws;
}

function whatsappFlaws(text: string, most: number): Flaw[] {
  if (text.length <= most) return [];
  const message = `${text.length} characters; WhatsApp takes ${most}. Say it in fewer.`;
  return [{ code: 'whatsapp.too-long', severity: 'warning', place: 'whatsapp', message }];
}

function sizeFlaws(html: string): Flaw[] {
  const bytes = Buffer.byteLength(html);
  if (bytes <= MAX_HTML_BYTES) return [];
  const message = `${Math.ceil(bytes / 1024)} kB of HTML: Gmail shows 102 and cuts off the rest, the unsubscribe line with it. Shorten it, or send less at once.`;
  return [{ code: 'mail.too-large', severity: 'warning', place: 'mjml', message }];
}
