import type { SurveyPage } from '#app/application';
import { html, type Markup } from './html.js';
import { page } from './layout.js';
import { wordsFor } from './words.js';

export interface SurveyForm {
  readonly survey: SurveyPage;
  /** Made anew for every page shown: a form that is sent twice is one answer. */
  readonly submission: string;
  /** Preselected; nothing when it isn't on the scale. */
  readonly score: number | null;
  readonly comment: string;
  /** Further fields, below the words. */
  readonly more?: Markup;
  /** What was wrong with the answer that was sent. */
  readonly fault: string | null;
}

/** The question, its scale with a word at either end, and room for words. Works without script. */
export function surveyPage({ survey, submission, score, comment, fault, more }: SurveyForm): string {
  const words = wordsFor(survey.locale);
  const { min, max } = survey.scale;
  const values = Array.from({ length: max - min + 1 }, (_, index) => min + index);
  const body = html`${fault === null ? null : html`<p class="fault" role="alert">${fault}</p>`}
<form method="post">
<input type="hidden" name="submission" value="${submission}">
<fieldset${survey.anchors === null ? null : html` aria-describedby="ends"`}>
<legend><h1>${survey.question}</h1></legend>
<div class="scale">
${values.map((value) => choice(value, value === score, anchorOf(survey, value)))}
</div>
${endsOf(survey.anchors, min, max)}
</fieldset>
<label for="comment">${words.commentLabel}</label>
<textarea id="comment" name="comment" maxlength="5000">${comment}</textarea>
${more ?? null}
<button type="submit">${words.send}</button>
</form>`;
  return page(survey.locale, { shop: survey, title: survey.question, body });
}

export function thanksPage(survey: SurveyPage): string {
  const { locale } = survey;
  const words = wordsFor(locale);
  const body = html`<h1>${words.thanks}</h1>
    <p>${words.thanksMore}</p>
    <p><a href="?">${words.changeAnswer}</a></p>`;
  return page(locale, { shop: survey, title: words.thanks, body });
}

/** The first and the last number are heard with their word, not as a bare number. */
function choice(value: number, isChosen: boolean, anchor: string | null): Markup {
  const heard = anchor === null ? null : html` aria-label="${value}: ${anchor}"`;
  const rest = html`required${isChosen ? html` checked` : null}${heard}`;
  return html`<label><input type="radio" name="score" value="${value}" ${rest} /><span>${value}</span></label> `;
}

function anchorOf({ anchors, scale: { min, max } }: SurveyPage, value: number): string | null {
  if (anchors === null) return null;
  if (value === min) return anchors[0];
  return value === max ? anchors[1] : null;
}

function endsOf(anchors: SurveyPage['anchors'], min: number, max: number): Markup | null {
  if (anchors === null) return null;
  return html`<p class="ends" id="ends"><span>${min}: ${anchors[0]}</span><span>${max}: ${anchors[1]}</span></p>`;
}
