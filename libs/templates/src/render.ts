import { renderApprovedWords } from './approved-words.js';
import { CARD, darkenedFor, DARK_CARD, isColor, lightenedFor, signOn } from './contrast.js';
import { renderLiquid } from './engine.js';
import { type OutputKind, wellFormed } from './filters.js';
import { TemplateRenderError } from './template.js';
import type { CompiledTemplate, RenderedMessage, TemplateContext, TemplatePlace } from './template.js';

/** Inboxes show 40 to 80; the limit keeps the header far below the 998 bytes of a line (RFC 5322, 2.1.1). */
const MAX_SUBJECT_CHARS = 250;

/**
 * Synchronous, no I/O, some hundredths of a millisecond for a typical mail. Fields the template does not have are left
 * out. Throws TemplateRenderError.
 */
export function renderTemplate(compiled: CompiledTemplate, context: TemplateContext): RenderedMessage {
  const data = toData(context);
  const message: RenderedMessage = {};
  if (compiled.subject !== undefined)
    message.subject = toHeader(renderField('subject', 'text', compiled.subject, data));
  if (compiled.html !== undefined) message.html = renderField('html', 'html', compiled.html, data);
  if (compiled.text !== undefined) message.text = tidyText(renderField('text', 'text', compiled.text, data));
  if (compiled.sms !== undefined) message.sms = tidySms(renderField('sms', 'text', compiled.sms, data));
  return { ...message, ...renderWhatsapp(compiled, data) };
}

function renderWhatsapp(
  { whatsapp, approved }: CompiledTemplate,
  data: object,
): Pick<RenderedMessage, 'whatsapp' | 'approved'> {
  if (whatsapp !== undefined) return { whatsapp: tidySms(renderField('whatsapp', 'text', whatsapp, data)) };
  if (approved === undefined) return {};
  try {
    const rendered = renderApprovedWords(approved, data);
    const { fixed, values } = rendered;
    return { whatsapp: fixed.map((piece, index) => piece + (values[index] ?? '')).join(''), approved: rendered };
  } catch (cause) {
    throw new TemplateRenderError('whatsapp', cause);
  }
}

/** How JSON writes half a character. */
const HALF = /\\ud[89a-f]/;
const mendHalves = (_name: string, value: unknown): unknown => (typeof value === 'string' ? wellFormed(value) : value);

/** LiquidJS calls functions and getters it finds; JSON has none. */
function toData(context: TemplateContext): object {
  try {
    const json = JSON.stringify(context);
    return withShades(JSON.parse(json, HALF.test(json) ? mendHalves : undefined) as Shaded);
  } catch (cause) {
    throw new TemplateRenderError('template', cause);
  }
}

interface Shaded {
  shop?: { color?: unknown; onColor?: string; onLight?: string; onDark?: string } | null;
}

/** What can be read on the shop's colour, and the colour so that it can be read on a light and on a dark ground: for layouts. */
function withShades(data: Shaded): object {
  const color = data.shop?.color;
  if (data.shop && typeof color === 'string' && isColor(color)) {
    data.shop.onColor = signOn(color);
    data.shop.onLight = darkenedFor(color, CARD);
    data.shop.onDark = lightenedFor(color, DARK_CARD);
  }
  return data;
}

function renderField(place: TemplatePlace, kind: OutputKind, source: string, data: object): string {
  try {
    return renderLiquid(kind, source, data);
  } catch (cause) {
    throw new TemplateRenderError(place, cause);
  }
}

/** A header is one line: a line break in a customer's name must not begin another header. */
function toHeader(text: string): string {
  const line = text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  if (line.length <= MAX_SUBJECT_CHARS) return line;
  const cut = line.slice(0, MAX_SUBJECT_CHARS - 1);
  return `${cut.replace(/[\uD800-\uDBFF]$/, '').trimEnd()}…`;
}

/** Tags that printed nothing leave their line behind. */
function tidyText(text: string): string {
  return withoutControls(text)
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function tidySms(text: string): string {
  return withoutControls(text).trim();
}

function withoutControls(text: string): string {
  return text.replace(/\r\n?|[\u2028\u2029]/g, '\n').replace(/(?![\n\t])\p{Cc}/gu, '');
}
