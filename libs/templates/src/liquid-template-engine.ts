import { Injectable } from '@nestjs/common';
import { type CompiledTemplate, type RenderedMessage, TemplateEngine, type TemplateGap } from '#app/application';
import { type Fault, type Json, PermanentError, type TemplateDocument } from '#app/domain';
import { compileTemplate } from './compile.js';
import { gapsOf } from './gaps.js';
import { renderTemplate } from './render.js';
import { type CompiledTemplate as LiquidTemplate, TemplateRenderError, type TemplateProblem } from './template.js';

const NOTHING: RenderedMessage = { subject: null, text: null, html: null, sms: null, whatsapp: null, approved: null };

/** Liquid and MJML as the application asks for them. */
@Injectable()
export class LiquidTemplateEngine extends TemplateEngine {
  async compile(source: TemplateDocument): Promise<{ compiled: CompiledTemplate; faults: readonly Fault[] }> {
    const given = Object.fromEntries(Object.entries(source).filter(([, text]) => text !== undefined));
    const { compiled, problems } = await compileTemplate(given);
    return { compiled, faults: problems.map(toFault) };
  }

  override gaps(source: TemplateDocument, variables: { readonly [name: string]: Json }): readonly TemplateGap[] {
    return gapsOf(
      Object.fromEntries(Object.entries(source).filter(([, text]) => text !== undefined)),
      JSON.parse(JSON.stringify(variables)) as object,
    );
  }

  render(template: CompiledTemplate, variables: { readonly [name: string]: Json }): RenderedMessage {
    try {
      const rendered = renderTemplate(template as LiquidTemplate, variables);
      return { ...NOTHING, ...rendered };
    } catch (error) {
      if (!(error instanceof TemplateRenderError)) throw error;
      throw new PermanentError('template.render', error.message, { cause: error });
    }
  }
}

/** `place` is the field of the template that the author wrote. */
function toFault({ place, line, code, message }: TemplateProblem): Fault {
  const at = line === undefined ? '' : ` (line ${line})`;
  return { pointer: place, code, message: `${message}${at}` };
}
