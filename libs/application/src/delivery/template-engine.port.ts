import type { Fault, Json, TemplateDocument } from '#app/domain';

/** One locale of a template, ready to be rendered: Liquid sources, MJML already turned into HTML. Plain JSON. */
export interface CompiledTemplate {
  readonly subject?: string | undefined;
  readonly html?: string | undefined;
  readonly text?: string | undefined;
  readonly sms?: string | undefined;
  readonly engine: number;
}

/** Template name, then locale. */
export type CompiledTemplates = Readonly<Record<string, Readonly<Record<string, CompiledTemplate>>>>;

export interface RenderedMessage {
  readonly subject: string | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly sms: string | null;
}

/** Where a template prints nothing for want of a fact, or something else. */
export interface TemplateGap {
  /** Field of the template: subject, preheader, mjml or sms. */
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
