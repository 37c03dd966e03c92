import type { ScoreCounts } from './score.js';
import { assertScale, describeScale, goodness, isTopBox, type ScoreScale } from './scale.js';

/** Counts checked against their scale, with the sums every score is made of. */
export interface Tally {
  readonly n: number;
  /** Answers by every value of the scale, zeros included. */
  readonly counts: ScoreCounts;
  /** Answers among the best `topK` values. */
  readonly top: number;
  /** Mean of the raw values; null when n is 0. */
  readonly mean: number | null;
  /** Sum of goodness (0 to 1 an answer) and of its square. */
  readonly goodSum: number;
  readonly goodSquareSum: number;
}

/** @throws RangeError for a key that is no value of the scale, or a count that is no whole number >= 0. */
export function tallyCounts(counts: ScoreCounts, scale: ScoreScale): Tally {
  assertScale(scale);
  const byValue = valuesOf(scale).map((value) => ({ value, count: counts[String(value)] ?? 0 }));
  const known = new Set(byValue.map(({ value }) => String(value)));
  for (const [key, count] of Object.entries(counts)) {
    if (!known.has(key)) {
      throw new RangeError(
        `The score "${key}" is not on the scale ${describeScale(scale)}: count only answers to this question version.`,
      );
    }
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new RangeError(`The count ${count} of score "${key}" is not possible: give a whole number of at least 0.`);
    }
  }
  const sumOf = (weigh: (value: number) => number): number =>
    byValue.reduce((sum, { value, count }) => sum + count * weigh(value), 0);
  const n = sumOf(() => 1);
  return {
    n,
    counts: Object.fromEntries(byValue.map(({ value, count }) => [String(value), count])),
    top: sumOf((value) => (isTopBox(value, scale) ? 1 : 0)),
    mean: n === 0 ? null : sumOf((value) => value) / n,
    goodSum: sumOf((value) => goodness(value, scale)),
    goodSquareSum: sumOf((value) => goodness(value, scale) ** 2),
  };
}

export function valuesOf({ min, max }: ScoreScale): number[] {
  return Array.from({ length: max - min + 1 }, (_, index) => min + index);
}
