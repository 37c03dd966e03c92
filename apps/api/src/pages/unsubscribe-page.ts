import type { UnsubscribePage } from '#app/application';
import type { Medium } from '#app/domain';
import { html } from './html.js';
import { notice, page } from './layout.js';
import { type Words, wordsFor } from './words.js';

/** Asks; only the button changes anything, because mail scanners open links. */
export function unsubscribePage(shop: UnsubscribePage): string {
  const { medium, locale } = shop;
  const words = wordsFor(locale);
  const body = html`<h1>${words.unsubscribeAsk[medium]}</h1>
    <p>${whatComes(words, medium)}</p>
    <form method="post"><button type="submit">${words.unsubscribe}</button></form>`;
  return page(locale, { shop, title: words.unsubscribeTitle, body });
}

export function unsubscribedPage(shop: UnsubscribePage): string {
  const words = wordsFor(shop.locale);
  return notice(shop.locale, shop, words.unsubscribed, whatComes(words, shop.medium));
}

function whatComes({ unsubscribeKeeps, unsubscribeEnds }: Words, medium: Medium): string {
  return medium === 'whatsapp' ? unsubscribeEnds : unsubscribeKeeps;
}
