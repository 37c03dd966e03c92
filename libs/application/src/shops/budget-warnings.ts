import { type ContactRules, type Fault, MEDIA, type Medium } from '#app/domain';
import { isPricedThroughout, type TextSettings } from '../delivery/text-settings.js';

/** A budget in money counts only what has a price. */
export function budgetWarnings({ shopPerMonth }: ContactRules, texts: TextSettings): Fault[] {
  const budgeted = MEDIA.filter((medium) => shopPerMonth?.[medium]?.cost !== undefined);
  const unpriced = budgeted.filter((medium) => medium !== 'sms' || !isPricedThroughout(texts));
  return unpriced.map((medium) => ({
    pointer: `/contactRules/shopPerMonth/${medium}/cost`,
    code: 'budget.unpriced',
    message: wordsFor(medium),
  }));
}

function wordsFor(medium: Medium): string {
  return medium === 'sms'
    ? 'Texts to countries without a price count for nothing until the provider tells one. Set texts.prices, with "*" for all other countries.'
    : `There are no prices for ${medium}: nothing counts but what the provider tells. Set messages instead.`;
}
