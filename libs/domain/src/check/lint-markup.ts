/** What a reader of the mail would meet, wherever the journey leads. */
export interface MarkupFlaw {
  readonly code:
    | 'link.broken'
    | 'link.insecure'
    | 'link.without-text'
    | 'image.without-alt'
    | 'mail.mostly-images'
    | 'mail.no-text';
  readonly severity: 'error' | 'warning';
  /** Counts from 1. */
  readonly line: number | null;
  readonly message: string;
}

interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly line: number;
  /** Up to its end tag; empty for one that has none. */
  readonly content: string;
}

const TAG = /<(a|img|mj-image|mj-button|mj-navbar-link|mj-social-element)(?=[\s/>])((?:"[^"]*"|'[^']*'|[^'">])*)>/gi;
const ATTRIBUTE = /([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const COMMENT = /<!--[\s\S]*?-->|\{%-?\s*comment\s*-?%\}[\s\S]*?\{%-?\s*endcomment\s*-?%\}/g;
const LIQUID = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
/** What stands for Liquid while markup is read: quotes inside of it end no attribute. As long as what it hides. */
const MASKED = /[\uE020\uE021][\uE022\n]*\uE023/g;
const MASKED_OUTPUT = /\uE020[\uE022\n]*\uE023/g;
const HEAD = /<mj-head\b[\s\S]*?<\/mj-head>|<mj-(?:style|title|preview)\b[\s\S]*?<\/mj-(?:style|title|preview)>/gi;
const MARKUP = /<[^>]*>/g;
/** Hosts that stand for another one, or for the author's own machine. */
const PLACEHOLDER = /(?:^|\.)(?:example\.(?:com|net|org)|localhost|test|invalid)$|^127\.|^0\.0\.0\.0$|^\[::1\]$/;
const SCHEMES = new Set(['https:', 'http:', 'mailto:', 'tel:', 'sms:']);

/** What mail programs and filters weigh: words beside each picture, and pictures at all. */
const WORDS_PER_IMAGE = 40;
const MAX_IMAGES = 12;
/** Of what a placeholder prints. */
const USUAL_OUTPUT = 'xxxxxxxx';

const NO_TEXT: MarkupFlaw = {
  code: 'mail.no-text',
  severity: 'warning',
  line: null,
  message:
    'A mail without a word: its text part is empty, and who sees no pictures sees nothing. Write what it is about.',
};

export function lintMarkup(source: string): MarkupFlaw[] {
  const shown = masked(source);
  const tags = tagsOf(shown);
  return [...tags.flatMap(linkFlaws), ...tags.flatMap(imageFlaws), ...balanceFlaws(shown, tags)];
}

/** Lines stay where they are. */
function masked(source: string): string {
  return source
    .replace(COMMENT, (text) => text.replaceAll(/[^\n]/g, ' '))
    .replace(LIQUID, (text) => {
      const first = text.startsWith('{{') ? '\uE020' : '\uE021';
      return `${first}${text.slice(2, -1).replaceAll(/[^\n]/g, '\uE022')}\uE023`;
    });
}

function tagsOf(source: string): Tag[] {
  return [...source.matchAll(TAG)].map((match) => {
    const [whole, name = '', inside = ''] = match;
    const from = match.index + whole.length;
    const end = inside.trimEnd().endsWith('/') ? -1 : source.indexOf(`</${name}`, from);
    const attributes = new Map(
      [...inside.matchAll(ATTRIBUTE)].map(([, key = '', double, single]) => [
        key.toLowerCase(),
        double ?? single ?? '',
      ]),
    );
    return {
      name: name.toLowerCase(),
      attributes,
      line: source.slice(0, match.index).split('\n').length,
      content: end === -1 ? '' : source.slice(from, end),
    };
  });
}

function linkFlaws({ name, attributes, line, content }: Tag): MarkupFlaw[] {
  const href = attributes.get('href');
  const flaws = href === undefined ? [] : addressFlaws(href, line);
  const isLink = name === 'a' || name === 'mj-button' || name === 'mj-navbar-link';
  if (isLink && href !== undefined && !isHeard(content))
    flaws.push({
      code: 'link.without-text',
      severity: 'warning',
      line,
      message: 'A link without words: nobody sees it, and a screen reader says its address. Write what it leads to.',
    });
  return flaws;
}

function addressFlaws(href: string, line: number): MarkupFlaw[] {
  const broken = (message: string): MarkupFlaw[] => [{ code: 'link.broken', severity: 'error', line, message }];
  const written = href.trim().replace(MASKED, '{{…}}');
  const plain = href.trim().replace(MASKED, 'x');
  if (plain === '' || plain.startsWith('#')) return broken('A link without an address leads nowhere. Give it one.');
  if (/\s/.test(plain)) return broken(`"${written}" has a blank in it. Write %20, or take it out.`);
  // what a placeholder prints decides
  if (written.startsWith('{{')) return [];
  const url = parsed(plain);
  if (url === undefined || !SCHEMES.has(url.protocol))
    return broken(`"${written}" is no address that a mail program can open. Begin it with https://.`);
  if (PLACEHOLDER.test(url.hostname)) return broken(`"${written}" leads to a placeholder. Put your own address there.`);
  if (url.protocol !== 'http:') return [];
  const message = `"${written}" is not encrypted; mail programs warn of it. Write https://.`;
  return [{ code: 'link.insecure', severity: 'warning', line, message }];
}

function parsed(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined;
}

/** Words, a placeholder that prints some, or a picture that says what it shows. */
function isHeard(content: string): boolean {
  return /\balt\s*=\s*(?:"[^"\s]|'[^'\s])/.test(content) || textOf(content) !== '';
}

function imageFlaws({ name, attributes, line }: Tag): MarkupFlaw[] {
  if (name !== 'img' && name !== 'mj-image') return [];
  const src = attributes.get('src');
  const flaws = src === undefined ? [] : addressFlaws(src, line);
  const alt = attributes.get('alt');
  const isLink = attributes.has('href');
  if (alt === undefined || (isLink && alt.trim() === ''))
    flaws.push({
      code: 'image.without-alt',
      severity: 'warning',
      line,
      message: isLink
        ? 'A picture that is a link needs an alt: say where it leads.'
        : 'A picture without alt: write what it shows, or alt="" when it only decorates.',
    });
  return flaws;
}

function balanceFlaws(source: string, tags: readonly Tag[]): MarkupFlaw[] {
  const images = tags.filter(({ name }) => name === 'img' || name === 'mj-image').length;
  const letters = textOf(source.replace(HEAD, '')).length;
  if (letters === 0) return [NO_TEXT];
  if (images === 0 || (images <= MAX_IMAGES && letters >= images * WORDS_PER_IMAGE)) return [];
  const what = `${images} ${images === 1 ? 'picture' : 'pictures'} and ${letters} letters of text`;
  const message = `${what}: filters take such a mail for spam, and readers without pictures see little. Say it in words.`;
  return [{ code: 'mail.mostly-images', severity: 'warning', line: null, message }];
}

function textOf(markup: string): string {
  return markup
    .replace(MASKED_OUTPUT, USUAL_OUTPUT)
    .replace(MASKED, '')
    .replace(MARKUP, ' ')
    .replaceAll(/&nbsp;|&#160;|&zwnj;/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
