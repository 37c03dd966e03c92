import { clamp, NO_DATA, studentInterval, wilsonInterval, type Estimate, type Interval } from './interval.js';
import { displayHints, type DisplayHints } from './score.js';
import type { ScoredCounts } from './combine.js';
import { tallyCounts, type Tally } from './tally.js';

/** Mean ease of n answers: 0 hardest, 100 easiest, whatever the scale or its direction. */
export interface EaseResult extends Estimate, DisplayHints {
  readonly definition: string;
  readonly n: number;
}

export interface EaseSums {
  readonly n: number;
  /** Sum of ease (0 to 1 an answer) and of its square. */
  readonly goodSum: number;
  readonly goodSquareSum: number;
}

/**
 * Ease index with its 95 % interval: Student's t, clipped to 0-100. Where answers show no spread
 * (one answer, or all alike) t would claim certainty or nothing at all, so Wilson bounds stand in:
 * a value in [0, 1] varies at most as much as a share with the same mean.
 */
export function estimateEase({ n, goodSum, goodSquareSum }: EaseSums): Estimate {
  const mean = goodSum / n;
  const bounds =
    spreadInterval(mean, { n, goodSum, goodSquareSum }) ?? wilsonInterval({ successes: clamp(goodSum, 0, n), n });
  if (bounds === null) return NO_DATA;
  return { value: 100 * mean, low: 100 * clamp(bounds.low, 0, mean), high: 100 * clamp(bounds.high, mean, 1) };
}

/**
 * One ease index over answers given on different scales or in different directions, each answer weighing the same.
 * The only way to join such answers: raw values and easy shares do not add up.
 */
export function combineEase(parts: readonly ScoredCounts[]): EaseResult {
  const sums = parts
    .map(({ counts, scale }): Tally => tallyCounts(counts, scale))
    .reduce<EaseSums>(addSums, { n: 0, goodSum: 0, goodSquareSum: 0 });
  return { definition: 'ease-1', n: sums.n, ...estimateEase(sums), ...displayHints(sums.n) };
}

/** Below this, variance is rounding: the smallest true one, one answer in 1e9 a hundredth off, is 1e-13. */
const ROUNDING_VARIANCE = 1e-14;

function spreadInterval(mean: number, { n, goodSquareSum }: EaseSums): Interval | null {
  if (n < 2) return null;
  const sampleVariance = (goodSquareSum - n * mean * mean) / (n - 1);
  return sampleVariance > ROUNDING_VARIANCE ? studentInterval(mean, sampleVariance, n) : null;
}

function addSums(a: EaseSums, b: EaseSums): EaseSums {
  return { n: a.n + b.n, goodSum: a.goodSum + b.goodSum, goodSquareSum: a.goodSquareSum + b.goodSquareSum };
}
