import { compileTemplate } from './compile.js';
import { renderTemplate } from './render.js';
import type { CompileOptions, RenderedMessage, TemplateContext, TemplateSource } from './template.js';

/** Everything the default layout and the filters read, for one order of two lines. */
export function aContext(extra: TemplateContext = {}): TemplateContext {
  return {
    locale: 'en-GB',
    now: '2026-05-04T22:30:00Z',
    shop: { name: 'Birch & Bowl', timeZone: 'Europe/Paris', currency: 'EUR', address: '4 Mill Lane' },
    customer: { first_name: 'Ines' },
    order: {
      number: '1042',
      total: { amount: 5990, currency: 'EUR' },
      placed_at: '2026-05-01T23:30:00Z',
      lines: [
        { title: 'Oak bowl', quantity: 1, price: { amount: 3990, currency: 'EUR' } },
        { title: 'Beeswax "Gold"', quantity: 2, price: { amount: 1000, currency: 'EUR' } },
      ],
    },
    links: { unsubscribe: 'https://shop.example/u/abc?x=1&y=2', survey: 'https://shop.example/s/1' },
    ...extra,
  };
}

/** Compiles, fails on any problem, renders. */
export async function renderSource(
  source: TemplateSource,
  context: TemplateContext = aContext(),
  options?: CompileOptions,
): Promise<RenderedMessage> {
  const { compiled, problems } = await compileTemplate(source, options);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return renderTemplate(compiled, context);
}

export async function renderSms(liquid: string, context: TemplateContext = aContext()): Promise<string> {
  return (await renderSource({ sms: liquid }, context)).sms ?? '';
}

/** The body of a mail, as HTML and as text. */
export async function renderMail(mjml: string, context?: TemplateContext): Promise<{ html: string; text: string }> {
  const { html = '', text = '' } = await renderSource({ subject: 'Hello', mjml }, context);
  return { html, text };
}
