import { buildDocument } from './layout.js';
import { guardUrls, markLiquid, restoreLiquid } from './liquid-tokens.js';
import { outlineMjml } from './mjml-outline.js';
import { toPlainText } from './plain-text.js';
import type { CompileOptions, TemplateProblem, TemplateSource } from './template.js';

export interface MailParts {
  html?: string;
  text?: string;
  problems: TemplateProblem[];
}

const UNQUOTED = /<[a-z][^<>]*\s[\w:-]+=\uE000\d+/i;

/** MJML to HTML and text, with the Liquid of the source kept in both. */
export async function compileMjml(source: TemplateSource, mjml: string, options: CompileOptions): Promise<MailParts> {
  // plain HTML is one text block
  const body = /<mj(?:ml|-[a-z])/i.test(mjml) ? mjml : `<mj-text>${mjml}</mj-text>`;
  const { source: marked, tokens } = markLiquid(body);
  const outline = outlineMjml(marked, tokens);
  if (outline.problems.length > 0) return { problems: restoreMessages(outline.problems, tokens) };
  const document = buildDocument(outline, tokens, source, options);
  const { html, problems } = await toHtml(document);
  if (problems.length > 0) return { problems: restoreMessages(problems, tokens) };
  if (UNQUOTED.test(html)) {
    const message = 'An attribute that holds an output needs quotes around its value: href="{{ … }}"';
    return { problems: [{ place: 'mjml', code: 'liquid.unquoted-attribute', message }] };
  }
  const guarded = guardUrls(html, tokens);
  return {
    html: restoreLiquid(guarded, tokens),
    text: restoreLiquid(toPlainText(guarded, tokens), tokens),
    problems: [],
  };
}

function restoreMessages(problems: TemplateProblem[], tokens: readonly string[]): TemplateProblem[] {
  return problems.map((problem) => ({ ...problem, message: restoreLiquid(problem.message, tokens) }));
}

async function toHtml(document: string): Promise<{ html: string; problems: TemplateProblem[] }> {
  // 0.3 s and 60 MB to load, needed only where templates are published
  const { default: mjml2html } = await import('mjml');
  try {
    const { html, errors } = await mjml2html(document, {
      validationLevel: 'soft',
      fonts: {},
      keepComments: false,
      minify: false,
      beautify: false,
    });
    const real = errors.filter(({ message }) => !isLiquidColor(message));
    return {
      html: html.replace(/^[ \t]+/gm, ''),
      problems: real.map(({ line, message }) => invalid(message.trim(), line)),
    };
  } catch (cause) {
    return { html: '', problems: [invalid(cause instanceof Error ? cause.message : String(cause))] };
  }
}

/** A colour may come from the data: MJML copies it. Sizes may not, MJML calculates with them. */
function isLiquidColor(message: string): boolean {
  return /has invalid value: .*\uE000\d+.* for type Color/s.test(message);
}

function invalid(message: string, line?: number): TemplateProblem {
  return { place: 'mjml', code: 'mjml.invalid', message, ...(line !== undefined && { line }) };
}
