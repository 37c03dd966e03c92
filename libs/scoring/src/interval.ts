import { studentT95 } from './student-t.js';

/** Standard normal quantile of a two-sided 95 % interval, to the two decimals the golden vectors are computed with. */
export const Z95 = 1.96;

/** Bounds in the unit of the estimate they belong to; low <= high. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A figure with its bounds; all null where there is nothing to measure, never 0. */
export interface Estimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** A share as its two numbers: `successes` of `n`. */
export interface Share {
  readonly successes: number;
  readonly n: number;
}

export const NO_DATA: Estimate = { value: null, low: null, high: null };

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/**
 * Wilson score interval of a share, as fractions in [0, 1]; null when n is 0.
 * `successes` may be fractional: a sum of values in [0, 1] has at most the variance of a share, so the bounds stay safe.
 */
export function wilsonInterval({ successes, n }: Share): Interval | null {
  if (!(n >= 0 && successes >= 0 && successes <= n)) {
    throw new RangeError(`A share of ${successes} of ${n} does not exist: give 0 <= successes <= n.`);
  }
  if (n === 0) return null;
  const share = successes / n;
  const zz = Z95 * Z95;
  const centre = wilsonCentre({ successes, n });
  const half = (Z95 / (1 + zz / n)) * Math.sqrt((share * (1 - share)) / n + zz / (4 * n * n));
  return {
    low: successes === 0 ? 0 : clamp(centre - half, 0, 1),
    high: successes === n ? 1 : clamp(centre + half, 0, 1),
  };
}

/** The centre Wilson bounds lie around: the share pulled towards one half by z²/2 imagined answers each way. */
export function wilsonCentre({ successes, n }: Share): number {
  const zz = Z95 * Z95;
  return (successes + zz / 2) / (n + zz);
}

/**
 * Newcombe's hybrid score interval of `a - b` for two independent shares, as fractions in [-1, 1].
 * All null when either share has no answers.
 */
export function newcombeDifference(a: Share, b: Share): Estimate {
  const boundsA = wilsonInterval(a);
  const boundsB = wilsonInterval(b);
  if (boundsA === null || boundsB === null) return NO_DATA;
  const shareA = a.successes / a.n;
  const shareB = b.successes / b.n;
  const value = shareA - shareB;
  return {
    value,
    low: value - Math.hypot(shareA - boundsA.low, boundsB.high - shareB),
    high: value + Math.hypot(boundsA.high - shareA, shareB - boundsB.low),
  };
}

/** 95 % Student interval of a mean, in the unit of `mean`; null below two answers, where no spread is known. */
export function studentInterval(mean: number, sampleVariance: number, n: number): Interval | null {
  if (n < 2) return null;
  const half = studentT95(n - 1) * Math.sqrt(sampleVariance / n);
  return { low: mean - half, high: mean + half };
}
