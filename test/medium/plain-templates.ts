import { type CompiledTemplate, TemplateEngine } from '#app/application';
import type { Fault } from '#app/domain';

/** Takes every template as it is; a subject with `{{ broken` is faulty. */
export class PlainTemplates extends TemplateEngine {
  async compile(source: {
    subject?: string | undefined;
    sms?: string | undefined;
  }): Promise<{ compiled: CompiledTemplate; faults: Fault[] }> {
    const faults = source.subject?.includes('{{ broken')
      ? [{ pointer: 'subject', code: 'template.syntax', message: 'Close the braces.' }]
      : [];
    return { compiled: { subject: source.subject, sms: source.sms, engine: 1 }, faults };
  }

  render(): never {
    throw new Error('Nothing is rendered here.');
  }
}
