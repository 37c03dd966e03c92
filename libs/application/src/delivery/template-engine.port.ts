import type { Fault, Json, TemplateDocument } from '#app/domain';

/** One locale of a template, ready to be rendered: Liquid sources, MJML already turned into HTML. Plain JSON. */
export interface CompiledTemplate {
  readonly subject?: string | undefined;
  readonly html?: string | undefined;
  readonly text?: string | undefined;
  readonly sms?: string | undefined;
  readonly whatsapp?: string | undefined;
  /** Words that the provider knows, by turns fixed and a Liquid output. */
  readonly approved?: { readonly sid: string; readonly pieces: readonly string[] } | undefined;
  readonly engine: number;
}

/** Template name, then locale. */
export type CompiledTemplates = Readonly<Record<string, Readonly<Record<string, CompiledTemplate>>>>;

export interface RenderedMessage {
  readonly subject: string | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly sms: string | null;
  readonly whatsapp: string | null;
  /** What makes `whatsapp` of words that the provider has approved; null where they are free. */
  readonly approved: ApprovedContent | null;
}

/** Words that a provider has approved, and what it fills them with. */
export interface ApprovedContent {
  /** The provider's name for them. */
  readonly sid: string;
  /** What stands before, between and behind the values. */
  readonly fixed: readonly string[];
  /** In their order, none of them empty, of one line each. */
  readonly values: readonly string[];
}

/** Where a template prints nothing for want of a fact, or something else. */
export interface TemplateGap {
  /** Field of the template: subject, preheader, mjml, sms or whatsapp. */
  readonly place: string;
  /** The placeholder as its author wrote it. */
  readonly placeholder: string;
  /** What its `default` prints instead; null where it has none. */
  readonly fallback: string | null;
}

/** Liquid and MJML: compiled once when a journey is saved, rendered per message. */
export abstract class TemplateEngine {
  /** Faults carry the place inside the template. */
  abstract compile(
    source: TemplateDocument,
  ): Promise<{ readonly compiled: CompiledTemplate; readonly faults: readonly Fault[] }>;

  /** @throws PermanentError `template.render` */
  abstract render(template: CompiledTemplate, variables: { readonly [name: string]: Json }): RenderedMessage;

  /** Placeholders that are reached with these variables and print nothing, or would without their `default`. */
  gaps(_source: TemplateDocument, _variables: { readonly [name: string]: Json }): readonly TemplateGap[] {
    return [];
  }
}
