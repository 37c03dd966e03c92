import { markLiquid } from './liquid-tokens.js';
import { escapeHtml } from './markup.js';
import type { MjmlOutline } from './mjml-outline.js';
import type { CompileOptions, TemplateBrand, TemplateSource } from './template.js';

const FONTS = '-apple-system, BlinkMacSystemFont, Segoe UI, Helvetica, Arial, sans-serif';
const HEX_COLOR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

interface Look {
  color: string;
  backgroundColor: string;
  textColor: string;
  fontFamily: string;
  logoUrl?: string;
}

function lookOf(brand: TemplateBrand = {}): Look {
  const color = (given: string | undefined, usual: string): string => (given && HEX_COLOR.test(given) ? given : usual);
  return {
    color: color(brand.color, '#1f5eff'),
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
    const footer = hasUnsubscribe ? '' : mark(footerMjml(options, look, true));
    return completeDocument(outline.source, mark(LANG), head, footer);
  }
  const footer = mark(footerMjml(options, look, !hasUnsubscribe));
  const logo = look.logoUrl ? mark(logoMjml(look.logoUrl)) : '';
  return (
    `<mjml lang="${mark(LANG)}"><mj-head>${head.title}${head.preview}${COLOR_SCHEME}${attributesMjml(look)}</mj-head>` +
    `<mj-body background-color="${look.backgroundColor}" width="600px">${logo}${wrapFragment(outline)}\n${footer}</mj-body></mjml>`
  );
}

const LANG = "{{ locale | default: 'en' }}";

/** Says that the colours suit both schemes as they are; mail programs then leave them alone or adapt them gently. */
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
    `<mj-text font-size="16px" line-height="1.5" color="${look.textColor}" />` +
    `<mj-table font-size="15px" line-height="1.5" color="${look.textColor}" />` +
    `<mj-button font-size="16px" background-color="${look.color}" color="#ffffff" border-radius="6px" inner-padding="12px 24px" />` +
    '<mj-section background-color="#ffffff" padding="12px 0" /></mj-attributes>' +
    `<mj-style>a { color: ${look.color}; } h1, h2, h3 { line-height: 1.25; }</mj-style>`
  );
}

function logoMjml(logoUrl: string): string {
  return (
    '<mj-section><mj-column>' +
    `<mj-image src="${escapeHtml(logoUrl)}" alt="{{ shop.name }}" width="160px" /></mj-column></mj-section>`
  );
}

function footerMjml({ labels = {} }: CompileOptions, look: Look, withUnsubscribe: boolean): string {
  const link = (name: string, label: string): string =>
    `{% if links.${name} %}<br /><a href="{{ links.${name} }}" style="color:#52525b">${escapeHtml(label)}</a>{% endif %}`;
  const links =
    link('preferences', labels.preferences ?? 'Choose which messages you get') +
    (withUnsubscribe ? link('unsubscribe', labels.unsubscribe ?? 'Unsubscribe') : '');
  return (
    `<mj-section background-color="${look.backgroundColor}" padding="16px 0"><mj-column>` +
    `<mj-text align="center" font-size="13px" line-height="1.6" color="#52525b" font-family="${look.fontFamily}">` +
    `{{ shop.name }}{% if shop.address %}<br />{{ shop.address }}{% endif %}${links}</mj-text></mj-column></mj-section>`
  );
}

const BODY_LEVEL = new Set(['mj-section', 'mj-wrapper', 'mj-hero']);
const SECTION_LEVEL = new Set(['mj-column', 'mj-group']);

/** Puts around a fragment whatever it lacks to stand in `mj-body`. */
function wrapFragment({ source, roots }: MjmlOutline): string {
  if (roots.some((name) => BODY_LEVEL.has(name))) return source;
  if (roots.some((name) => SECTION_LEVEL.has(name))) return `<mj-section>${source}</mj-section>`;
  return `<mj-section><mj-column>${source}</mj-column></mj-section>`;
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
