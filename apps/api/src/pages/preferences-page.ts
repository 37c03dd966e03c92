import { boxOf, type MediumChoices, type PreferencesPage } from '#app/application';
import { html, type Markup } from './html.js';
import { page } from './layout.js';
import { type PreferenceWords, wordsFor } from './words.js';

/** @param said what has just been done, if anything */
export function preferencesPage(shop: PreferencesPage, said: 'saved' | 'stopped' | null): string {
  const { locale, media, waiting } = shop;
  const { preferences: words, unsubscribeKeeps } = wordsFor(locale);
  const form = html`<form method="post">
      ${media.map((choices) => mediumOf(choices, words))}
      <button type="submit" name="act" value="save">${words.save}</button>
    </form>
    <form method="post">
      <button class="second" type="submit" name="act" value="stop">${words.stop}</button>
    </form>`;
  const body = html`<h1>${words.ask}</h1>
    ${said === null ? null : statusOf([words[said], ...waiting.map((medium) => words.waiting[medium])])}
    ${media.length === 0 ? html`<p>${words.nothing}</p>` : form}
    <p>${unsubscribeKeeps}</p>`;
  return page(locale, { shop, title: words.title, body });
}

/** The words beside each box, and on the buttons, by the name under which they are sent. */
export function shownWords({ locale, media }: PreferencesPage): Record<string, string> {
  const { preferences: words } = wordsFor(locale);
  const boxes = media.flatMap(({ medium, classes }) =>
    classes.map((each) => [boxOf(medium, each.class), `${words.media[medium]}: ${words.classes[each.class]}`] as const),
  );
  return { ...Object.fromEntries(boxes), stop: words.stop };
}

function statusOf(sentences: readonly string[]): Markup {
  return html`<p role="status"><strong>${sentences.join(' ')}</strong></p>`;
}

function mediumOf({ medium, isReachable, classes }: MediumChoices, words: PreferenceWords): Markup {
  const boxes = classes.map(({ class: name, isOn }) => {
    const box = boxOf(medium, name);
    return html`<label class="choice"
        ><input type="checkbox" name="on" value="${box}" ${isOn ? CHECKED : null} ${isReachable ? null : DISABLED} />
        <span>${words.classes[name]}</span></label
      >${isOn ? html`<input type="hidden" name="shown" value="${box}" />` : null}`;
  });
  return html`<fieldset>
    <legend>${words.media[medium]}</legend>
    ${isReachable ? null : html`<p>${words.unreachable}</p>`} ${boxes}
  </fieldset>`;
}

const CHECKED = html`checked`;
const DISABLED = html`disabled`;
