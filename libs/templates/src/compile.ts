import { LiquidError } from 'liquidjs';
import { readApprovedWords } from './approved-words.js';
import { compileMjml } from './compile-mjml.js';
import { MAX_COMPILED_CHARS, MAX_SOURCE_CHARS, parseLiquid } from './engine.js';
import type { OutputKind } from './filters.js';
import type {
  CompiledTemplate,
  CompileOptions,
  TemplatePlace,
  TemplateProblem,
  TemplateProblemCode,
  TemplateSource,
} from './template.js';

const FIELDS = { subject: 'text', preheader: 'text', mjml: 'html', sms: 'text', whatsapp: 'text' } as const;

/**
 * Once per published version. A field with a problem is left out of `compiled`, and a template with any problem must not be
 * published. Never throws for what an author wrote.
 */
export async function compileTemplate(
  source: TemplateSource,
  options: CompileOptions = {},
): Promise<{ compiled: CompiledTemplate; problems: TemplateProblem[] }> {
  const problems = [...findMissing(source), ...checkFields(source)];
  const isSound = (place: TemplatePlace): boolean => !problems.some((problem) => problem.place === place);
  const compiled: CompiledTemplate = { engine: 1 };
  for (const place of ['subject', 'sms'] as const)
    if (source[place] !== undefined && isSound(place)) compiled[place] = source[place].trim();
  const words = isSound('whatsapp') ? compileWhatsapp(source) : {};
  if ('code' in words) problems.push(words);
  else Object.assign(compiled, words);
  if (source.mjml !== undefined && ['subject', 'preheader', 'mjml'].every((place) => isSound(place as TemplatePlace))) {
    const { html, text, problems: found } = await compileMjml(source, source.mjml, options);
    const checked = [...checkCompiled('html', html), ...checkCompiled('text', text)];
    problems.push(...found, ...checked);
    if (html !== undefined && text !== undefined && checked.length === 0) Object.assign(compiled, { html, text });
  }
  return { compiled, problems };
}

function compileWhatsapp({
  whatsapp,
  whatsappContent: sid,
}: TemplateSource): Pick<CompiledTemplate, 'whatsapp' | 'approved'> | TemplateProblem {
  if (whatsapp === undefined) return {};
  if (sid === undefined) return { whatsapp: whatsapp.trim() };
  const words = readApprovedWords(sid, whatsapp);
  return 'code' in words ? words : { approved: words };
}

function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === '';
}

function findMissing({ subject, mjml, sms, whatsapp, whatsappContent }: TemplateSource): TemplateProblem[] {
  const missing = (place: TemplatePlace, message: string): TemplateProblem[] => [
    { place, code: 'template.empty', message },
  ];
  if ([mjml, sms, whatsapp].every(isBlank))
    return missing(
      'template',
      'Give the template a body: mjml for e-mail, sms for text messages, whatsapp for WhatsApp',
    );
  if (mjml !== undefined && isBlank(mjml)) return missing('mjml', 'The body of the mail is empty');
  if (mjml !== undefined && isBlank(subject)) return missing('subject', 'A mail needs a subject');
  if (sms !== undefined && isBlank(sms)) return missing('sms', 'The text message is empty');
  if ((whatsapp ?? whatsappContent) === undefined || !isBlank(whatsapp)) return [];
  return missing('whatsapp', 'The message on WhatsApp is empty: write its words, those that are approved as well');
}

function checkFields(source: TemplateSource): TemplateProblem[] {
  return Object.entries(FIELDS).flatMap(([name, kind]) => {
    const place = name as keyof typeof FIELDS;
    const liquid = source[place];
    if (liquid === undefined) return [];
    if (liquid.length > MAX_SOURCE_CHARS) return [tooLarge(place, MAX_SOURCE_CHARS)];
    return checkLiquid(place, kind, liquid);
  });
}

function checkCompiled(place: 'html' | 'text', liquid: string | undefined): TemplateProblem[] {
  if (liquid === undefined) return [];
  if (liquid.length > MAX_COMPILED_CHARS) return [tooLarge(place, MAX_COMPILED_CHARS)];
  // without a line: those of the compiled part mean nothing to its author
  return checkLiquid(place, place, liquid).map(({ code, message }) => ({ place, code, message }));
}

function tooLarge(place: TemplatePlace, limit: number): TemplateProblem {
  return { place, code: 'template.too-large', message: `Longer than ${limit} characters` };
}

function checkLiquid(place: TemplatePlace, kind: OutputKind, liquid: string): TemplateProblem[] {
  try {
    parseLiquid(kind, liquid);
    return [];
  } catch (cause) {
    return [toProblem(place, cause)];
  }
}

const CODES: [RegExp, TemplateProblemCode][] = [
  [/^undefined filter: /, 'liquid.unknown-filter'],
  [/^tag "(?!end|else|elsif|when)[^"]*" not found/, 'liquid.forbidden-tag'],
];

function toProblem(place: TemplatePlace, cause: unknown): TemplateProblem {
  const isLiquid = LiquidError.is(cause);
  const reason = isLiquid ? (cause.originalError?.message ?? cause.message) : String(cause);
  const message = reason.replace(/, (?:file:\S+, )?line:\d+, col:\d+$/, '');
  const code = CODES.find(([pattern]) => pattern.test(message))?.[1] ?? 'liquid.syntax';
  const [line] = isLiquid ? cause.token.getPosition() : [];
  return {
    place,
    code,
    message: code === 'liquid.forbidden-tag' ? `${message}: templates cannot use it` : message,
    ...(line && { line }),
  };
}
