import { convert } from 'html-to-text';
import type { HtmlToTextOptions } from 'html-to-text';
import { isOutput, MARK, MARK_SOURCE } from './liquid-tokens.js';

const HEADINGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];
const LINE = { leadingLineBreaks: 1, trailingLineBreaks: 1 };

const OPTIONS: HtmlToTextOptions = {
  // a break inside a Liquid token would be a break in the middle of a word
  wordwrap: false,
  selectors: [
    ...HEADINGS.map((selector) => ({ selector, options: { uppercase: false } })),
    // the preheader
    { selector: 'div[style^="display:none"]', format: 'skip' },
    // what an author marks by css-class: buttons in a row, say, whose addresses nobody can read as text
    { selector: '.html-only', format: 'skip' },
    { selector: 'tr', format: 'block', options: LINE },
    { selector: 'td', format: 'cell' },
    { selector: 'th', format: 'cell' },
    { selector: 'img', format: 'alternative' },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, noAnchorUrl: true } },
  ],
  formatters: {
    cell(element, walk, builder) {
      walk(element.children, builder);
      builder.addInline(' ');
    },
    alternative(element, _walk, builder) {
      const attributes = (element as { attribs?: { alt?: string } }).attribs;
      builder.addInline(attributes?.alt ?? '');
    },
  },
};

const MARKS_ALONE = new RegExp(String.raw`^[ \t]*(?:${MARK_SOURCE}[ \t]*)+\n`, 'gm');

/** The text part of a mail, Liquid still marked. A line of nothing but tags prints nothing, so it gets no line of its own. */
export function toPlainText(markedHtml: string, tokens: readonly string[]): string {
  return convert(markedHtml, OPTIONS).replace(MARKS_ALONE, (line) => {
    const hasOutput = [...line.matchAll(MARK)].some(([, index]) => isOutput(tokens[Number(index)] ?? ''));
    return hasOutput ? line : line.trim();
  });
}
