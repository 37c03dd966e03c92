import { assertOneScale } from './combine.js';
import { NO_DATA, newcombeDifference, Z95, type Estimate } from './interval.js';
import { npsStandardError, type NpsResult } from './nps.score.js';
import { COUNTS_ONLY_BELOW, type ScoreResult } from './score.js';

/** `no-clear-change`: the interval covers 0. `too-few-answers`: one side is below the number at which a figure is shown. */
export type ChangeVerdict = 'up' | 'down' | 'no-clear-change' | 'too-few-answers';

/** `value`, `low` and `high` in points, after minus before; all null when either side has no answers. */
export interface ScoreDifference extends Estimate {
  readonly verdict: ChangeVerdict;
}

/** Difference of two independent NPS, ± 1.96 standard errors; the bounds are not clipped. */
export function npsDifference(after: NpsResult, before: NpsResult): ScoreDifference {
  const errorAfter = npsStandardError(after);
  const errorBefore = npsStandardError(before);
  if (after.value === null || before.value === null || errorAfter === null || errorBefore === null) {
    return { ...NO_DATA, verdict: 'too-few-answers' };
  }
  const value = after.value - before.value;
  const half = Z95 * Math.hypot(errorAfter, errorBefore);
  return judge({ value, low: value - half, high: value + half }, after, before);
}

/**
 * Difference of two independent shares (CSAT, or CES on one preset) by Newcombe's method.
 * @throws MixedScalesError when the two were asked on different scales.
 */
export function shareDifference(after: ScoreResult, before: ScoreResult): ScoreDifference {
  if (after.definition !== before.definition || after.definition.startsWith('nps')) {
    throw new RangeError(
      `"${after.definition}" and "${before.definition}" are not two shares of one definition: compare CSAT with CSAT, CES with CES, and NPS by npsDifference.`,
    );
  }
  assertOneScale([after, before]);
  const { value, low, high } = newcombeDifference(
    { successes: after.numerator, n: after.denominator },
    { successes: before.numerator, n: before.denominator },
  );
  if (value === null || low === null || high === null) return { ...NO_DATA, verdict: 'too-few-answers' };
  return judge({ value: 100 * value, low: 100 * low, high: 100 * high }, after, before);
}

interface KnownEstimate extends Estimate {
  readonly low: number;
  readonly high: number;
}

function judge(estimate: KnownEstimate, after: ScoreResult, before: ScoreResult): ScoreDifference {
  return { ...estimate, verdict: verdictOf(estimate, Math.min(after.n, before.n)) };
}

function verdictOf({ low, high }: KnownEstimate, fewestAnswers: number): ChangeVerdict {
  if (fewestAnswers < COUNTS_ONLY_BELOW) return 'too-few-answers';
  if (low > 0) return 'up';
  return high < 0 ? 'down' : 'no-clear-change';
}
