import { median } from './statistics.js';

/** One figure of one candidate in one round. */
export interface Sample {
  /** Operations a second, or what `unit` says */
  rate: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU milliseconds of all our processes, stores included, for one operation */
  coreMs: number;
}

/** A candidate beside its ceiling: medians over the rounds, and the ratio of each round's pair. */
export interface Figure {
  suite: string;
  candidate: string;
  what: string;
  value: number;
  ceiling: number | null;
  /** Value by ceiling, median of the rounds; null for the ceiling itself */
  ratio: number | null;
  target: string;
  isReached: boolean | null;
  rounds: number[];
}

export interface Comparison {
  suite: string;
  candidate: string;
  what: string;
  values: readonly number[];
  ceilings: readonly number[];
  atLeast?: number;
  atMost?: number;
}

export function compared({ suite, candidate, what, values, ceilings, atLeast, atMost }: Comparison): Figure {
  const ratio = median(values.map((value, round) => value / (ceilings[round] ?? Number.NaN)));
  const isReached = (atLeast === undefined || ratio >= atLeast) && (atMost === undefined || ratio <= atMost);
  const target = atLeast === undefined ? `≤ ${atMost}×` : `≥ ${atLeast}×`;
  return {
    suite,
    candidate,
    what,
    value: median(values),
    ceiling: median(ceilings),
    ratio,
    target,
    isReached,
    rounds: [...values],
  };
}

/** A figure with a limit of its own. */
export function bounded({ values, atLeast, atMost, ...names }: Omit<Comparison, 'ceilings'>): Figure {
  const value = median(values);
  const isReached = (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
  const target = atLeast === undefined ? `≤ ${atMost?.toLocaleString('en')}` : `≥ ${atLeast.toLocaleString('en')}`;
  return { ...names, value, ceiling: null, ratio: null, target, isReached, rounds: [...values] };
}

export function plain(suite: string, candidate: string, what: string, values: readonly number[]): Figure {
  return {
    suite,
    candidate,
    what,
    value: median(values),
    ceiling: null,
    ratio: null,
    target: '',
    isReached: null,
    rounds: [...values],
  };
}
