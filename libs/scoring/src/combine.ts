import { MixedScalesError } from './mixed-scales-error.js';
import type { ScoreCounts } from './score.js';
import { isSameScale, type ScoreScale } from './scale.js';

/** Counts with the scale they were given on; every ScoreResult is one (a CsatResult without its not-applicable answers). */
export interface ScoredCounts {
  readonly counts: ScoreCounts;
  readonly scale: ScoreScale;
}

/** @throws MixedScalesError when two parts differ in range, polarity or top values. */
export function assertOneScale(parts: readonly { readonly scale: ScoreScale }[]): void {
  const [first, ...rest] = parts;
  for (const part of rest) {
    if (first !== undefined && !isSameScale(first.scale, part.scale))
      throw new MixedScalesError(first.scale, part.scale);
  }
}

/**
 * Adds up counts of the same question: days into a week, channels into a whole.
 * @throws MixedScalesError when two parts differ in range, polarity or top values.
 */
export function combineCounts(parts: readonly ScoredCounts[]): ScoreCounts {
  assertOneScale(parts);
  const total: Record<string, number> = {};
  for (const [score, count] of parts.flatMap(({ counts }) => Object.entries(counts))) {
    total[score] = (total[score] ?? 0) + count;
  }
  return total;
}
