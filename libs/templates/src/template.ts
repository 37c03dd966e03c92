/** One locale's template as its author wrote it: subject and MJML for e-mail, `sms` for a text message, `whatsapp` for one on WhatsApp. */
export interface TemplateSource {
  subject?: string;
  /** The line an inbox shows behind the subject. */
  preheader?: string;
  /** A full `<mjml>` document, body components, column content or plain HTML; see the README. */
  mjml?: string;
  sms?: string;
  whatsapp?: string;
  /** By which the provider knows the words of `whatsapp`, once they are approved. */
  whatsappContent?: string;
}

/** Words that the provider knows: the pieces stand by turns for what is fixed and for a Liquid output, fixed ones first and last. */
export interface ApprovedWords {
  sid: string;
  pieces: string[];
}

/** Plain JSON, stored with the journey version. Each field is Liquid source; nothing is left to do but to render it. */
export interface CompiledTemplate {
  subject?: string;
  html?: string;
  text?: string;
  sms?: string;
  whatsapp?: string;
  /** Instead of `whatsapp` where the words are approved. */
  approved?: ApprovedWords;
  /** The rules this template was compiled for; a later engine keeps rendering the older ones. */
  engine: 1;
}

export type TemplatePlace = 'template' | 'subject' | 'preheader' | 'mjml' | 'html' | 'text' | 'sms' | 'whatsapp';

export type TemplateProblemCode =
  | 'template.empty'
  | 'template.too-large'
  | 'liquid.syntax'
  | 'liquid.unknown-filter'
  | 'liquid.forbidden-tag'
  | 'liquid.misplaced-tag'
  | 'liquid.unquoted-attribute'
  | 'mjml.invalid'
  | 'mjml.unbalanced'
  | 'mjml.stray-text'
  | 'mjml.forbidden-element'
  | 'whatsapp.tag';

/** Each of these forbids publishing. `line` counts from 1 inside the field that `place` names. */
export interface TemplateProblem {
  place: TemplatePlace;
  line?: number;
  code: TemplateProblemCode;
  message: string;
}

/** How the default layout looks. Colours are `#rgb` or `#rrggbb`; anything else falls back to the default. */
export interface TemplateBrand {
  /** Links and buttons. */
  color?: string;
  /** Behind the card that holds the content. */
  backgroundColor?: string;
  textColor?: string;
  /** A CSS font stack of fonts that mail programs have; fonts are never loaded from the network. */
  fontFamily?: string;
  /** https only; without it the shop's name stands as text in the footer alone. */
  logoUrl?: string;
}

export interface CompileOptions {
  brand?: TemplateBrand;
  /** Words of the footer in the template's language. */
  labels?: { unsubscribe?: string; preferences?: string };
}

/**
 * What a template can read: JSON data. Read by the engine itself: `locale` (BCP 47), `shop.timeZone` (IANA),
 * `shop.currency` (ISO 4217), `now` (ISO 8601 or epoch milliseconds). Read by the default layout: `shop.name`,
 * `shop.address`, `shop.color`, `shop.logoUrl`, `links.unsubscribe`, `links.preferences`.
 */
export type TemplateContext = Readonly<Record<string, unknown>>;

export interface RenderedMessage {
  subject?: string;
  html?: string;
  text?: string;
  sms?: string;
  whatsapp?: string;
  /** Of what `whatsapp` is made where its words are approved. */
  approved?: RenderedApproval;
}

export interface RenderedApproval {
  readonly sid: string;
  /** What stands before, between and behind the values. */
  readonly fixed: readonly string[];
  readonly values: readonly string[];
}

/** A compiled template could not be rendered with this context: wrong data, or a limit was reached. Retrying is useless. */
export class TemplateRenderError extends Error {
  readonly code = 'template.render';
  override readonly name = 'TemplateRenderError';

  constructor(
    readonly place: TemplatePlace,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The ${place} of the template could not be rendered: ${reason}`, { cause });
  }
}
