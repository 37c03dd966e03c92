import { UNBOXING_SCALE } from '#app/application';
import { html } from './html.js';
import type { ShopOnPage } from './letterhead.js';
import { type SurveyForm, surveyPage } from './survey-page.js';
import { wordsFor } from './words.js';

export interface UnboxingForm extends Pick<SurveyForm, 'submission' | 'score' | 'comment' | 'fault'>, ShopOnPage {
  readonly locale: string;
  readonly order: string;
  readonly email: string;
}

/** The one question of a slip in a parcel; a name is asked for and not needed. */
export function unboxingPage({ shopName, letterhead, locale, order, email, ...form }: UnboxingForm): string {
  const words = wordsFor(locale);
  const survey = {
    shopName,
    letterhead,
    locale,
    survey: 'unboxing',
    metric: 'csat' as const,
    scale: UNBOXING_SCALE,
    question: words.unboxingAsk,
    anchors: words.unboxingEnds,
    answer: null,
  };
  const more = html`<p>${words.whichOrder}</p>
    <label for="order">${words.orderNumber}</label>
    <input class="field" id="order" name="order" maxlength="64" autocomplete="off" value="${order}" />
    <label for="email">${words.emailAddress}</label>
    <input class="field" id="email" name="email" type="email" maxlength="254" autocomplete="email" value="${email}" />`;
  return surveyPage({ survey, ...form, more });
}
