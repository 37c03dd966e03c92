import type { SurveyScale } from '../event/event.js';
import { NUMBER_WORDS } from './number-words.js';
import { withoutAccents } from './plain-words.js';

export interface ReadScore {
  readonly score: number;
  /** What was written beside it. */
  readonly comment?: string;
}

/** Longer texts tell a story; a number in them may mean anything. */
const MAX_CHARS = 1_600;
const FULL_STAR = /[\u2605\u2B50\u{1F31F}]/gu;
const ONLY_STARS = /^[\u2605\u2606\u2B50\u{1F31F}\s]+$/u;
const ALL_STARS = /[\u2605\u2606\u2B50\u{1F31F}]/gu;
/** Emoji, with what joins and colours them. */
const EMOJI = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200D|\uFE0E|\uFE0F/gu;
const KEYCAP_TEN = /\u{1F51F}/gu;
const KEYCAP = /\uFE0F?\u20E3/gu;

const NUMBER = `\\d+|${[...NUMBER_WORDS.keys()].join('|')}`;
const LEAD =
  "(?:(?:(?:my |the )?(?:score|rating|answer|grade)(?: is)?|(?:it'?s |its )?an?|solid|i(?:'d| would| will)?(?: say| give)(?: it| you| them)?(?: an?)?|" +
  'bewertung|meine note(?: ist)?|ich gebe(?: euch| ihnen)?(?: eine?)?|note|ma note(?: est)?|je (?:donne|mets|dirais)(?: un)?|' +
  'nota|le doy(?: un)?|mi nota(?: es)?|voto|do(?: un)?|il mio voto e|cijfer|ik geef(?: een| jullie een)?|een|ein|eine)\\s*[:=]?\\s*)?';
const TAIL =
  '(?:\\s*(?:points?|stars?|punkte?|sterne?|etoiles?|puntos?|estrellas?|punti|stelle|punten|sterren|pts?))?' +
  '(?:[\\s,]+(?:thanks|thank you|thx|ty|please|danke|bitte|merci|svp|gracias|grazie|bedankt|dank je|dank u))?';
const OUT_OF = `(?:\\s*(?:\\/|out of|of|von|aus|auf|sur|de|su|di|van de|van|uit)\\s*(${NUMBER}))?`;
const ALONE = new RegExp(`^${LEAD}(${NUMBER})${OUT_OF}${TAIL}[\\s!.)]*$`, 'u');
/** A number, a mark and words: `8, because it was late`. */
const WITH_WORDS = new RegExp(
  `^(${NUMBER})${OUT_OF}(?:\\s*[!.:;]+\\s+|\\s*,\\s+|\\s+[-\\u2013\\u2014]+\\s+|\\s*\\n\\s*)(?=\\p{L})(.+)$`,
  'su',
);
const ANOTHER_NUMBER = new RegExp(`\\d|(?:^|[^\\p{L}])(?:${[...NUMBER_WORDS.keys()].join('|')})(?![\\p{L}])`, 'u');
/** Number words that are articles as well, in which comments abound. */
const ARTICLES = /(?:^|[^\p{L}])(?:un|une|uno|una|ein|eine|een|one|due|sei)(?![\p{L}])/gu;

/**
 * The score that an answer in words gives on a scale, or null where it gives none or might mean another: `8 or 9`, `4/5` on a scale
 * to ten, `2 weeks late`. What isn't sure isn't a score: the text itself is on the timeline in either case.
 */
export function readScore(text: string, scale: SurveyScale): ReadScore | null {
  if (text.length > MAX_CHARS) return null;
  const stars = readStars(text.trim(), scale);
  if (stars !== undefined) return stars === null ? null : { score: stars };
  const plain = plainOf(text);
  const alone = ALONE.exec(plain);
  if (alone) return onScale(alone[1], alone[2], scale);
  const worded = WITH_WORDS.exec(plain);
  if (!worded || ANOTHER_NUMBER.test((worded[3] ?? '').replaceAll(ARTICLES, ' '))) return null;
  const found = onScale(worded[1], worded[2], scale);
  return found && { ...found, comment: text.trim() };
}

function plainOf(text: string): string {
  const numbered = text.replaceAll(KEYCAP_TEN, ' 10 ').replaceAll(KEYCAP, ' ');
  return withoutAccents(numbered.replaceAll(EMOJI, ' '))
    .replaceAll(/[\u2018\u2019\u00B4`]/g, "'")
    .replaceAll(/["\u201C\u201D\u00AB\u00BB*_]/g, ' ')
    .replaceAll(/[ \t]+/g, ' ')
    .trim();
}

/** Undefined: these aren't stars. On a long scale a few stars may be meant of five. */
function readStars(text: string, scale: SurveyScale): number | null | undefined {
  if (!ONLY_STARS.test(text.replaceAll('\uFE0F', ''))) return undefined;
  const all = text.match(ALL_STARS)?.length ?? 0;
  const full = text.match(FULL_STAR)?.length ?? 0;
  const isMeantOfScale = all > full ? all === scale.max : scale.max <= 5 || all > 5;
  return isMeantOfScale && isOn(full, scale) ? full : null;
}

function onScale(word: string | undefined, of: string | undefined, scale: SurveyScale): ReadScore | null {
  const score = valueOf(word);
  if (score === null || !isOn(score, scale)) return null;
  return of === undefined || valueOf(of) === scale.max ? { score } : null;
}

/** `08` and `007` are codes, not scores. */
function valueOf(word: string | undefined): number | null {
  if (word === undefined || /^0\d/.test(word) || word.length > 6) return null;
  return NUMBER_WORDS.get(word) ?? Number(word);
}

function isOn(score: number, { min, max }: SurveyScale): boolean {
  return Number.isInteger(score) && score >= min && score <= max;
}
