import type { ConfirmPage } from '#app/application';
import { html } from './html.js';
import { notice, page } from './layout.js';
import { wordsFor } from './words.js';

/** Asks; only the button says yes, because mail scanners open links. */
export function confirmPage(asked: ConfirmPage): string {
  const { locale, isConfirmed } = asked;
  const { confirm: words } = wordsFor(locale);
  if (isConfirmed) return notice(locale, asked, words.done, words.doneMore);
  const body = html`<h1>${questionOf(asked)}</h1>
    <form method="post"><button type="submit">${words.confirm}</button></form>`;
  return page(locale, { shop: asked, title: words.title, body });
}

export function questionOf({ locale, medium, classes }: Pick<ConfirmPage, 'locale' | 'medium' | 'classes'>): string {
  const { confirm, preferences } = wordsFor(locale);
  if (!classes) return confirm.ask[medium];
  return `${preferences.ask} ${preferences.media[medium]}: ${classes.map((each) => preferences.classes[each]).join(', ')}`;
}
