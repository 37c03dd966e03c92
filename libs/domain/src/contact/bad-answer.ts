import type { SurveyScale } from '../event/event.js';
import type { SurveyDefinition } from '../journey/document.js';

const BEST_DETRACTOR = 6;

/** An NPS of 0 to 6; of other scales the two worst values. */
export function isBadAnswer(metric: SurveyDefinition['metric'], score: number, scale: SurveyScale): boolean {
  if (metric === 'nps') return score <= BEST_DETRACTOR;
  return scale.polarity === 'higher-better' ? score <= scale.min + 1 : score >= scale.max - 1;
}
