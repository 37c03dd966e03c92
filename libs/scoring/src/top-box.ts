import { NO_DATA, wilsonInterval, type Estimate } from './interval.js';
import { displayHints, type ScoreResult } from './score.js';
import type { ScoreScale } from './scale.js';
import type { Tally } from './tally.js';

/** The share of answers among the best `topK` values, 0 to 100, with its Wilson interval. */
export function topBoxResult(definition: string, tally: Tally, scale: ScoreScale): ScoreResult {
  return {
    definition,
    n: tally.n,
    numerator: tally.top,
    denominator: tally.n,
    scale,
    counts: tally.counts,
    ...percentEstimate(tally.top, tally.n),
    ...displayHints(tally.n),
  };
}

function percentEstimate(successes: number, n: number): Estimate {
  const bounds = wilsonInterval({ successes, n });
  if (bounds === null) return NO_DATA;
  return { value: (100 * successes) / n, low: 100 * bounds.low, high: 100 * bounds.high };
}
