import type { UnsubscribePage } from '#app/application';
import { html } from './html.js';
import { notice, page } from './layout.js';
import { wordsFor } from './words.js';

/** Asks; only the button changes anything, because mail scanners open links. */
export function unsubscribePage({ shopName, medium, locale }: UnsubscribePage): string {
  const words = wordsFor(locale);
  return page(
    locale,
    words.unsubscribeTitle,
    html`<p class="shop">${shopName}</p>
      <h1>${words.unsubscribeAsk[medium]}</h1>
      <p>${words.unsubscribeKeeps}</p>
      <form method="post"><button type="submit">${words.unsubscribe}</button></form>`,
  );
}

export function unsubscribedPage({ locale }: UnsubscribePage): string {
  const words = wordsFor(locale);
  return notice(locale, words.unsubscribed, words.unsubscribeKeeps);
}
