import type { UnsubscribePage } from '#app/application';
import { html } from './html.js';
import { notice, page } from './layout.js';
import { wordsFor } from './words.js';

/** Asks; only the button changes anything, because mail scanners open links. */
export function unsubscribePage({ shopName, medium, locale }: UnsubscribePage): string {
  const words = wordsFor(locale);
  const body = html`<h1>${words.unsubscribeAsk[medium]}</h1>
    <p>${words.unsubscribeKeeps}</p>
    <form method="post"><button type="submit">${words.unsubscribe}</button></form>`;
  return page(locale, { shopName, title: words.unsubscribeTitle, body });
}

export function unsubscribedPage({ shopName, locale }: UnsubscribePage): string {
  const words = wordsFor(locale);
  return notice(locale, shopName, words.unsubscribed, words.unsubscribeKeeps);
}
