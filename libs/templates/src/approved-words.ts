import { TokenKind } from 'liquidjs';
import { parseLiquid, renderLiquid } from './engine.js';
import type { ApprovedWords, RenderedApproval, TemplateProblem } from './template.js';

/** A message of approved words holds no more, its values among them (Twilio's error 63021). */
const MAX_SLOTS = 100;
const NO_TAGS =
  'These words are approved as they stand, so only values can change: take the {% … %} out, or take whatsappContent away';

/** How words that a provider has approved are written: what stands between values is fixed. */
export function readApprovedWords(sid: string, liquid: string): ApprovedWords | TemplateProblem {
  const pieces = [''];
  for (const { token } of parseLiquid('text', liquid.trim())) {
    if (token.kind === TokenKind.Output) pieces.push(token.getText(), '');
    else if (token.kind === TokenKind.HTML) pieces[pieces.length - 1] += token.getText();
    else return { place: 'whatsapp', code: 'whatsapp.tag', message: NO_TAGS, line: token.getPosition()[0] };
  }
  const slots = (pieces.length - 1) / 2;
  if (slots <= MAX_SLOTS) return { sid, pieces };
  return {
    place: 'whatsapp',
    code: 'template.too-large',
    message: `${slots} values; at most ${MAX_SLOTS} are allowed`,
  };
}

/**
 * What a message of approved words is made of. A value is one line, and never empty.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/templates
 * @throws Error for a value that is empty
 */
export function renderApprovedWords({ sid, pieces }: ApprovedWords, data: object): RenderedApproval {
  const fixed = pieces.filter((_, index) => index % 2 === 0);
  const values = pieces
    .filter((_, index) => index % 2 === 1)
    .map((output) => {
      const value = renderLiquid('text', output, data)
        .replace(/[\s\p{Cc}]+/gu, ' ')
        .trim();
      if (value === '')
        throw new Error(`${output} prints nothing, and approved words have no empty places; write | default: "…"`);
      return value;
    });
  return { sid, fixed, values };
}
