import { defineScore, type ScoreResult } from './score.js';
import type { ScoreScale } from './scale.js';
import { tallyCounts } from './tally.js';
import { topBoxResult } from './top-box.js';

/** The key under which answers "does not apply to me" are counted; they are no part of n. */
export const NOT_APPLICABLE = 'na';

/** `value` is the share of satisfied answers, 0 to 100. */
export interface CsatResult extends ScoreResult {
  readonly satisfied: number;
  /** Mean of the raw values, a second reading and never called CSAT; null without answers. */
  readonly mean: number | null;
  readonly notApplicable: number;
}

/**
 * The scale 1 to `points` with its usual number of satisfied values: the best two,
 * but the best one on two (bad, good) or three points. Ten points also count the best two by default.
 */
export function csatScale(points: number): ScoreScale {
  return { min: 1, max: points, polarity: 'higher-better', topK: points <= 3 ? 1 : 2 };
}

export const csatScore = defineScore<CsatResult>({
  code: 'csat',
  title: 'Customer satisfaction',
  scale: csatScale(5),
  compute: (counts, scale) => {
    const { [NOT_APPLICABLE]: notApplicable = 0, ...scored } = counts;
    if (!Number.isSafeInteger(notApplicable) || notApplicable < 0) {
      throw new RangeError(
        `The count ${notApplicable} of "${NOT_APPLICABLE}" is not possible: give a whole number of at least 0.`,
      );
    }
    const tally = tallyCounts(scored, scale);
    return { ...topBoxResult('csat-1', tally, scale), satisfied: tally.top, mean: tally.mean, notApplicable };
  },
});
