import { isOutput, MARK_SOURCE } from './liquid-tokens.js';
import type { TemplateProblem, TemplateProblemCode } from './template.js';

/** What MJML itself passes over in silence: text and tags between components, includes, components left open. */
export interface MjmlOutline {
  /** The source with `mj-raw` around the Liquid tags that stand between components. */
  source: string;
  /** Names of the outermost elements, in order. */
  roots: string[];
  problems: TemplateProblem[];
}

// `<` ends every alternative, so that each character is looked at once
const PIECE = new RegExp(
  String.raw`<!--[\s\S]*?-->|<(\/?)([a-zA-Z][\w-]*)((?:"[^"<]*"|'[^'<]*'|[^"'<>])*)>|${MARK_SOURCE}`,
  'g',
);

/** Components whose content is HTML, which MJML hands on untouched. */
const HTML_CONTENT = new Set(
  (
    'mj-breakpoint mj-preview mj-style mj-title mj-button mj-raw mj-text mj-table mj-social-element mj-navbar-link ' +
    'mj-accordion-text mj-accordion-title mj-carousel-image'
  ).split(' '),
);
const TAKES_RAW = new Set(
  'mj-body mj-wrapper mj-section mj-group mj-column mj-hero mj-social mj-navbar mj-accordion mj-accordion-element'.split(
    ' ',
  ),
);
const VOID = new Set(['br', 'hr', 'img', 'meta', 'link', 'input']);
/** Nothing is read from disk or loaded from the network when a mail is made or opened, pictures aside. */
const FORBIDDEN = new Set(['mj-include', 'mj-font']);
const FORBIDDEN_HTML = /<(script|iframe|object|embed|base|link)\b|@import\b|<[a-z][^<>]*\s(on[a-z]+)\s*=/gi;

interface Walk {
  open: { name: string; line: number }[];
  /** Set while inside a component with HTML content. */
  html?: { name: string; depth: number };
  outline: MjmlOutline;
  tokens: readonly string[];
}

interface Piece {
  text: string;
  isClosing: boolean;
  name: string;
  isEmpty: boolean;
  token?: string;
  line: number;
}

export function outlineMjml(source: string, tokens: readonly string[]): MjmlOutline {
  const walk: Walk = { open: [], outline: { source: '', roots: [], problems: [] }, tokens };
  const lineOf = lineCounter(source);
  let end = 0;
  for (const match of source.matchAll(PIECE)) {
    takeText(walk, source.slice(end, match.index), lineOf(match.index));
    end = match.index + match[0].length;
    walk.outline.source += takePiece(walk, toPiece(match, tokens, lineOf(match.index)));
  }
  takeText(walk, source.slice(end), lineOf(source.length));
  const left = walk.open.at(-1);
  if (left) report(walk, 'mjml.unbalanced', left.line, `<${left.name}> is never closed`);
  for (const match of source.matchAll(FORBIDDEN_HTML)) {
    const what = match[1] ? `<${match[1]}>` : (match[2] ?? match[0]);
    report(
      walk,
      'mjml.forbidden-element',
      lineOf(match.index),
      `${what} has no place in a mail: mail programs remove it`,
    );
  }
  return walk.outline;
}

/** Ascending positions only. */
function lineCounter(source: string): (position: number) => number {
  let line = 1;
  let seen = 0;
  return (position) => {
    if (position < seen) [line, seen] = [1, 0];
    for (let at = source.indexOf('\n', seen); at !== -1 && at < position; at = source.indexOf('\n', seen)) {
      line += 1;
      seen = at + 1;
    }
    return line;
  };
}

function toPiece(match: RegExpExecArray, tokens: readonly string[], line: number): Piece {
  const [text, slash, name = '', attributes = '', mark] = match;
  const isEmpty = attributes.trimEnd().endsWith('/') || VOID.has(name);
  return { text, isClosing: slash === '/', name, isEmpty, line, ...(mark && { token: tokens[Number(mark)] ?? '' }) };
}

function report(walk: Walk, code: TemplateProblemCode, line: number, message: string): void {
  walk.outline.problems.push({ place: 'mjml', line, code, message });
}

function takeText(walk: Walk, text: string, line: number): void {
  walk.outline.source += text;
  const shown = text.trim();
  if (walk.html || shown === '') return;
  const excerpt = shown.length > 40 ? `${shown.slice(0, 40)}…` : shown;
  report(
    walk,
    'mjml.stray-text',
    line,
    `"${excerpt}" stands between components and would be lost: put it into <mj-text>`,
  );
}

function takePiece(walk: Walk, piece: Piece): string {
  if (walk.html) return takeHtml(walk, walk.html, piece);
  if (piece.token !== undefined) return takeToken(walk, piece, piece.token);
  if (piece.name === '') return piece.text;
  if (piece.isClosing) closeElement(walk, piece);
  else openElement(walk, piece);
  return piece.text;
}

function takeHtml(walk: Walk, html: { name: string; depth: number }, piece: Piece): string {
  if (piece.name !== html.name || (piece.isEmpty && !piece.isClosing)) return piece.text;
  html.depth += piece.isClosing ? -1 : 1;
  if (html.depth === 0) {
    delete walk.html;
    walk.open.pop();
  }
  return piece.text;
}

function takeToken(walk: Walk, piece: Piece, token: string): string {
  const parent = walk.open.at(-1)?.name;
  if (isOutput(token)) {
    report(
      walk,
      'mjml.stray-text',
      piece.line,
      `${token} stands between components and would be lost: put it into <mj-text>`,
    );
  } else if (parent !== undefined && !TAKES_RAW.has(parent)) {
    report(walk, 'liquid.misplaced-tag', piece.line, `${token} cannot stand directly inside <${parent}>`);
  }
  return `<mj-raw>${piece.text}</mj-raw>`;
}

function openElement(walk: Walk, { name, isEmpty, line }: Piece): void {
  if (walk.open.length === 0) walk.outline.roots.push(name);
  if (FORBIDDEN.has(name)) {
    report(walk, 'mjml.forbidden-element', line, `<${name}> is not supported: a mail loads no files and no fonts`);
  }
  if (isEmpty) return;
  walk.open.push({ name, line });
  if (HTML_CONTENT.has(name)) walk.html = { name, depth: 1 };
}

function closeElement(walk: Walk, { name, line }: Piece): void {
  const at = walk.open.findLastIndex((element) => element.name === name);
  if (at !== walk.open.length - 1 || at === -1) {
    const inner = walk.open.at(-1);
    const reason =
      at === -1 || !inner ? 'closes nothing' : `comes before <${inner.name}> of line ${inner.line} is closed`;
    report(walk, 'mjml.unbalanced', line, `</${name}> ${reason}`);
  }
  if (at !== -1) walk.open.length = at;
}
