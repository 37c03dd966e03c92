import { CARD, darkenedFor, DARK_CARD, isColor, lightenedFor, signOn } from './contrast.js';
import { markLiquid } from './liquid-tokens.js';
import { escapeHtml } from './markup.js';
import type { MjmlOutline } from './mjml-outline.js';
import type { CompileOptions, TemplateBrand, TemplateSource } from './template.js';

const FONTS = '-apple-system, BlinkMacSystemFont, Segoe UI, Helvetica, Arial, sans-serif';

interface Look {
  /** The colour itself, or Liquid that gives the shop's. */
  color: string;
  /** Of words on a button of that colour. */
  onColor: string;
  /** Of links on a light ground, and on a dark one. */
  onLight: string;
  onDark: string;
  backgroundColor: string;
  textColor: string;
  fontFamily: string;
  logoUrl?: string;
}

const SOFT = '#52525b';
/** What the presets draw lines with. */
const LINE = '#e4e4e7';
const USUAL = '#1f5eff';
/** What mail programs that know dark colours show in place of these. The others leave ours alone, or adapt them by themselves. */
const DARK = { card: DARK_CARD, background: '#111113', text: '#f4f4f5', soft: '#b9b9c2', line: '#3f3f46' };

function lookOf(brand: TemplateBrand = {}): Look {
  const color = (given: string | undefined, usual: string): string => (given && isColor(given) ? given : usual);
  const own = brand.color && isColor(brand.color) ? brand.color : undefined;
  return {
    // values that rendering adds, see `withShades`: workers of the version before know none, and print what is usual
    color: own ?? `{{ shop.color | default: '${USUAL}' }}`,
    onColor: own ? signOn(own) : `{{ shop.onColor | default: '${signOn(USUAL)}' }}`,
    onLight: own ? darkenedFor(own, CARD) : `{{ shop.onLight | default: '${USUAL}' }}`,
    onDark: own ? lightenedFor(own, DARK_CARD) : `{{ shop.onDark | default: '${lightenedFor(USUAL, DARK_CARD)}' }}`,
    backgroundColor: color(brand.backgroundColor, '#f4f4f5'),
    textColor: color(brand.textColor, '#27272a'),
    fontFamily: brand.fontFamily && /^[\w ,-]{1,200}$/.test(brand.fontFamily) ? brand.fontFamily : FONTS,
    ...(brand.logoUrl && /^https:\/\/[^\s"'<>]+$/.test(brand.logoUrl) && { logoUrl: brand.logoUrl }),
  };
}

/** The document MJML compiles, Liquid marked. The author's first line stays the first line. */
export function buildDocument(
  outline: MjmlOutline,
  tokens: string[],
  source: TemplateSource,
  options: CompileOptions = {},
): string {
  const look = lookOf(options.brand);
  const hasUnsubscribe = tokens.some((token) => token.includes('links.unsubscribe'));
  const mark = (liquid: string): string => markLiquid(liquid, tokens).source;
  const head = headLines(source, mark);
  if (outline.roots.includes('mjml')) {
    const footer = hasUnsubscribe ? '' : mark(footerMjml(options, look, { name: true, unsubscribe: true }));
    return completeDocument(outline.source, mark(LANG), head, footer);
  }
  const footer = mark(footerMjml(options, look, { name: false, unsubscribe: !hasUnsubscribe }));
  const dark = OWN_COLORS.test(outline.source) ? '' : darkMjml(look);
  return (
    `<mjml lang="${mark(LANG)}"><mj-head>${head.title}${head.preview}${COLOR_SCHEME}${mark(attributesMjml(look) + dark)}</mj-head>` +
    `<mj-body background-color="${look.backgroundColor}" width="600px">${mark(letterheadMjml(look))}` +
    `${wrapFragment(outline)}\n${footer}</mj-body></mjml>`
  );
}

const LANG = "{{ locale | default: 'en' }}";

/** Says that the mail brings colours for both schemes; mail programs then don't turn its light ones around. */
const COLOR_SCHEME =
  '<mj-raw><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"></mj-raw>' +
  '<mj-style>:root { color-scheme: light dark; supported-color-schemes: light dark; }</mj-style>';

interface HeadLines {
  title: string;
  preview: string;
}

function headLines({ subject, preheader }: TemplateSource, mark: (liquid: string) => string): HeadLines {
  // marks pass through the escaping, the author's own characters do not
  const line = (liquid: string | undefined): string =>
    escapeHtml(mark((liquid ?? '').trim().replace(/\s*\n\s*/g, ' ')));
  const [title, preview] = [line(subject), line(preheader)];
  return {
    title: title && `<mj-title>${title}</mj-title>`,
    preview: preview && `<mj-preview>${preview}</mj-preview>`,
  };
}

function attributesMjml(look: Look): string {
  return (
    `<mj-attributes><mj-all font-family="${look.fontFamily}" />` +
    `<mj-text font-size="16px" line-height="1.55" color="${look.textColor}" padding="8px 24px" />` +
    `<mj-table font-size="15px" line-height="1.5" color="${look.textColor}" padding="8px 24px" />` +
    `<mj-button font-size="16px" font-weight="600" line-height="1.25" background-color="${look.color}" color="${look.onColor}" ` +
    'border-radius="8px" inner-padding="14px 28px" align="left" padding="8px 24px 16px" />' +
    `<mj-section background-color="${CARD}" padding="12px 0" /></mj-attributes>` +
    `<mj-style>a { color: ${look.onLight}; } h1, h2, h3 { line-height: 1.25; margin: 0 0 16px; } h1 { font-size: 24px; } ` +
    'h2 { font-size: 20px; } p { margin: 0 0 16px; } p:last-child { margin-bottom: 0; }</mj-style>'
  );
}

/** An author's colours were chosen for a light ground, so it stays. */
const OWN_COLORS = /(?:color|background)\s*[=:]/i;

/** Found by the colours they have: styles of a mail stand in its elements, and only these ones are ours to change. */
function darkMjml({ onDark, backgroundColor, textColor }: Look): string {
  const behind = (from: string, to: string): string =>
    `[style*="background-color:${from}"] { background: ${to} !important; background-color: ${to} !important; }`;
  const written = (from: string, to: string): string =>
    `[style^="color:${from}"], [style*=";color:${from}"] { color: ${to} !important; }`;
  return (
    `<mj-style>@media (prefers-color-scheme: dark) { ${behind(backgroundColor, DARK.background)} ${behind(CARD, DARK.card)} ` +
    `${written(textColor, DARK.text)} ${written(SOFT, DARK.soft)} ` +
    `[style*="solid ${LINE}"] { border-color: ${DARK.line} !important; } a { color: ${onDark}; } }</mj-style>`
  );
}

/** The logo, or the name set as one. The text part leaves it out: there the name would stand alone above a greeting. */
function letterheadMjml({ logoUrl, backgroundColor, textColor }: Look): string {
  const picture = (url: string): string => `<mj-image src="${url}" alt="{{ shop.name }}" width="160px" />`;
  const words = `<mj-text align="center" font-size="18px" font-weight="700" color="${textColor}">{{ shop.name }}</mj-text>`;
  const raw = (tag: string): string => `<mj-raw>{% ${tag} %}</mj-raw>`;
  const name = logoUrl
    ? picture(escapeHtml(logoUrl))
    : `${raw('if shop.logoUrl')}${picture('{{ shop.logoUrl }}')}${raw('else')}${words}${raw('endif')}`;
  return (
    `<mj-section background-color="${backgroundColor}" padding="20px 0 12px" css-class="html-only"><mj-column>` +
    `${name}</mj-column></mj-section>`
  );
}

/** Footer words by language; a language that isn't listed reads English unless the options bring its words. */
const UNSUBSCRIBE: Readonly<Record<string, string>> = {
  en: 'Unsubscribe',
  de: 'Abmelden',
  es: 'Darse de baja',
  fr: 'Se désabonner',
  it: 'Annulla l’iscrizione',
  nl: 'Afmelden',
  pt: 'Cancelar a subscrição',
};
const PREFERENCES: Readonly<Record<string, string>> = {
  en: 'Choose which messages you get',
  de: 'Nachrichten auswählen',
  es: 'Elegir qué mensajes recibir',
  fr: 'Choisir les messages que vous recevez',
  it: 'Scegli quali messaggi ricevere',
  nl: 'Kies welke berichten u krijgt',
  pt: 'Escolher as mensagens que recebe',
};

function inLanguage(words: Readonly<Record<string, string>>, given: string | undefined): string {
  if (given !== undefined) return escapeHtml(given);
  const cases = Object.entries(words).map(([language, word]) => `{% when '${language}' %}${word}`);
  return `{% assign footer_language = locale | default: 'en' | slice: 0, 2 %}{% case footer_language %}${cases.join('')}{% else %}${words['en']}{% endcase %}`;
}

/** A fragment has the shop's name above it already; a document of the author's own may not. */
function footerMjml(
  { labels = {} }: CompileOptions,
  look: Look,
  parts: { name: boolean; unsubscribe: boolean },
): string {
  const link = (name: string, label: string): string =>
    `{% if links.${name} %}<a href="{{ links.${name} }}" style="display:inline-block;padding:11px 8px;color:${SOFT}">${label}</a><br />{% endif %}`;
  const links =
    link('preferences', inLanguage(PREFERENCES, labels.preferences)) +
    (parts.unsubscribe ? link('unsubscribe', inLanguage(UNSUBSCRIBE, labels.unsubscribe)) : '');
  return (
    `<mj-section background-color="${look.backgroundColor}" padding="12px 0 24px"><mj-column>` +
    `<mj-text align="center" font-size="13px" line-height="1.8" color="${SOFT}" font-family="${look.fontFamily}">` +
    `${parts.name ? '{{ shop.name }}<br />' : ''}{% if shop.address %}{{ shop.address }}<br />{% endif %}${links}</mj-text></mj-column></mj-section>`
  );
}

const BODY_LEVEL = new Set(['mj-section', 'mj-wrapper', 'mj-hero']);
const SECTION_LEVEL = new Set(['mj-column', 'mj-group']);

/** Puts around a fragment whatever it lacks to stand in `mj-body`. */
function wrapFragment({ source, roots }: MjmlOutline): string {
  if (roots.some((name) => BODY_LEVEL.has(name))) return source;
  if (roots.some((name) => SECTION_LEVEL.has(name))) return `<mj-section>${source}</mj-section>`;
  return (
    '<mj-wrapper padding="0 8px"><mj-section border-radius="12px" padding="24px 0"><mj-column>' +
    `${source}</mj-column></mj-section></mj-wrapper>`
  );
}

/** Adds to the author's own document only what it does not have. */
function completeDocument(document: string, lang: string, head: HeadLines, footer: string): string {
  let whole = document;
  if (!/<mjml\b[^>]*\slang\s*=/.test(whole)) whole = whole.replace(/<mjml\b/, () => `<mjml lang="${lang}"`);
  const missing = (/<mj-title\b/.test(whole) ? '' : head.title) + (/<mj-preview\b/.test(whole) ? '' : head.preview);
  if (/<mj-head\s*>/.test(whole)) whole = whole.replace(/<mj-head\s*>/, (tag) => tag + missing);
  else whole = whole.replace(/<mjml\b[^>]*>/, (tag) => `${tag}<mj-head>${missing}</mj-head>`);
  const end = whole.lastIndexOf('</mj-body>');
  return end === -1 ? whole : whole.slice(0, end) + footer + whole.slice(end);
}
