import type { Fault, Json, TemplateDocument } from '#app/domain';
import { type CompiledTemplate, type RenderedMessage, TemplateEngine } from '../delivery/template-engine.port.js';

type Compilation = { readonly compiled: CompiledTemplate; readonly faults: readonly Fault[] };

/** Compiles each text once for as long as it lives. */
export class CompiledOnce extends TemplateEngine {
  private readonly known = new Map<string, Promise<Compilation>>();

  constructor(private readonly engine: TemplateEngine) {
    super();
  }

  compile(source: TemplateDocument): Promise<Compilation> {
    const { subject, preheader, mjml, sms, whatsapp, whatsappContent } = source;
    const text = JSON.stringify([subject, preheader, mjml, sms, whatsapp, whatsappContent]);
    const known = this.known.get(text) ?? this.engine.compile(source);
    this.known.set(text, known);
    return known;
  }

  render(template: CompiledTemplate, variables: { readonly [name: string]: Json }): RenderedMessage {
    return this.engine.render(template, variables);
  }
}
