import type { Estimate } from './interval.js';
import type { ScoreScale } from './scale.js';

/** Number of answers by score value; the key is the whole score as text ("9"). A value nobody chose may be absent. */
export type ScoreCounts = Readonly<Record<string, number>>;

/** Below this many answers a figure says more about chance than about customers: show the counts alone. */
export const COUNTS_ONLY_BELOW = 10;

/** Below this many answers the interval is to be read before the figure. */
export const INTERVAL_FIRST_BELOW = 30;

/** How a figure is to be shown, given how many answers stand behind it. */
export interface DisplayHints {
  readonly showCountsOnly: boolean;
  readonly intervalFirst: boolean;
}

/**
 * One computed figure with everything needed to check it. Numbers are unrounded; without answers
 * value, low and high are null. Shares run from 0 to 100, NPS from -100 to 100.
 */
export interface ScoreResult extends Estimate, DisplayHints {
  /** Formula and its version, such as "nps-1": figures of different definitions are not comparable. */
  readonly definition: string;
  readonly n: number;
  /** value = 100 · numerator / denominator. */
  readonly numerator: number;
  readonly denominator: number;
  readonly scale: ScoreScale;
  /** Answers by every value of the scale, zeros included. */
  readonly counts: ScoreCounts;
}

export interface ScoreDefinition<Result extends ScoreResult = ScoreResult> {
  readonly code: string;
  readonly title: string;
  /** The scale used when the question names none. */
  readonly scale: ScoreScale;
  compute(counts: ScoreCounts, scale?: ScoreScale): Result;
}

export interface ScoreRecipe<Result extends ScoreResult> {
  readonly code: string;
  readonly title: string;
  readonly scale: ScoreScale;
  readonly compute: (counts: ScoreCounts, scale: ScoreScale) => Result;
}

export function defineScore<Result extends ScoreResult>(recipe: ScoreRecipe<Result>): ScoreDefinition<Result> {
  return { ...recipe, compute: (counts, scale = recipe.scale) => recipe.compute(counts, scale) };
}

export function displayHints(n: number): DisplayHints {
  return { showCountsOnly: n < COUNTS_ONLY_BELOW, intervalFirst: n < INTERVAL_FIRST_BELOW };
}
