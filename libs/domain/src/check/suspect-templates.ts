import type { TemplateDocument } from '../journey/document.js';
import type { Suspicion } from './breaks.js';
import type { ExploredStory } from './explore.js';
import type { CheckInput, FindingCode, FindingSeverity } from './finding.js';
import { lintMarkup } from './lint-markup.js';
import { sendsOf } from './play.js';
import type { Story } from './story.js';

/** A flaw of one field of a template. */
export interface TemplateFlaw {
  readonly code: FindingCode;
  readonly severity: FindingSeverity;
  readonly template: string;
  readonly locale: string;
  /** Null: the locale as a whole. */
  readonly place: string | null;
  readonly line?: number | null | undefined;
  readonly message: string;
}

const NOBODY: Story = { customerId: '1', events: [] };
const MIN_SHOUTED_LETTERS = 8;
const LIQUID = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/** What is wrong with templates as they are written. */
export function suspectTemplates({ plan }: CheckInput, stories: readonly ExploredStory[]): Suspicion[] {
  const { templates } = plan.document;
  const locales = [...new Set(Object.values(templates).flatMap((byLocale) => Object.keys(byLocale)))];
  return Object.entries(templates).flatMap(([template, byLocale]) => {
    const flaws = Object.entries(byLocale).flatMap(([locale, source]) =>
      flawsOf(source).map((flaw) => ({ ...flaw, template, locale })),
    );
    return [...missingLocales(template, Object.keys(byLocale), locales), ...flaws].map((flaw) =>
      flawSuspicion(flaw, stories),
    );
  });
}

/** The flaw as the checker tells it: with a story in which the template is sent, where one is known. */
export function flawSuspicion(flaw: TemplateFlaw, stories: readonly ExploredStory[]): Suspicion {
  const { code, severity, template, locale, place, line = null } = flaw;
  const sending = stories.find(({ run }) => sendsOf(run).some((send) => send.template === template));
  const step = sending && sendsOf(sending.run).find((send) => send.template === template)?.step;
  return {
    pointer: ['', 'templates', template, locale, ...(place === null ? [] : [place])].map(escaped).join('/'),
    code,
    severity,
    message: line === null ? flaw.message : `${flaw.message} (line ${line})`,
    outcome: `"${template}" reads so in ${locale}.`,
    story: (sending ?? stories[0])?.story ?? NOBODY,
    witness: { step, template },
  };
}

function flawsOf({
  subject,
  mjml,
  whatsapp,
  whatsappContent,
}: TemplateDocument): Omit<TemplateFlaw, 'template' | 'locale'>[] {
  return [
    ...(subject === undefined ? [] : subjectFlaws(subject)),
    ...(mjml === undefined ? [] : lintMarkup(mjml).map((flaw) => ({ ...flaw, place: 'mjml' }))),
    ...(whatsapp !== undefined && whatsappContent === undefined ? [NOT_APPROVED] : []),
  ];
}

const NOT_APPROVED: Omit<TemplateFlaw, 'template' | 'locale'> = {
  code: 'whatsapp.not-approved',
  severity: 'warning',
  place: 'whatsapp',
  message:
    'WhatsApp carries free words for 24 hours after the person wrote, and none later. Have them approved, and name the content template as whatsappContent.',
};

function subjectFlaws(subject: string): Omit<TemplateFlaw, 'template' | 'locale'>[] {
  const words = subject.replace(LIQUID, '');
  const capitals = words.match(/\p{Lu}/gu)?.length ?? 0;
  const isShouted = capitals >= MIN_SHOUTED_LETTERS && !/\p{Ll}/u.test(words);
  if (!isShouted && !/[!?]\s*[!?]|![^!]*!/.test(words)) return [];
  const message = `"${subject.trim()}" shouts, and filters mark it down; write it in small letters with one mark at most.`;
  return [{ code: 'subject.shouting', severity: 'warning', place: 'subject', message }];
}

/** A language that other templates of the journey speak. */
function missingLocales(template: string, own: readonly string[], all: readonly string[]): TemplateFlaw[] {
  const [fallback = ''] = own;
  return all
    .filter((locale) => !own.includes(locale))
    .map((locale) => ({
      code: 'template.no-locale',
      severity: 'warning',
      template,
      locale,
      place: null,
      message: `"${template}" has no ${locale}, which other templates of the journey have; such readers get ${fallback}. Write it.`,
    }));
}

function escaped(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
