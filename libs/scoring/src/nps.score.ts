import { clamp, NO_DATA, Z95, type Estimate, type Interval } from './interval.js';
import { defineScore, displayHints, type ScoreResult } from './score.js';
import { describeScale, isSameScale, type ScoreScale } from './scale.js';
import { tallyCounts } from './tally.js';

/** Answers by group: promoters gave 9 or 10, passives 7 or 8, detractors 0 to 6. */
export interface NpsGroups {
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
}

/** `value` is -100 to 100. The bounds lie around an adjusted centre, so in small samples `value` may lie outside them. */
export interface NpsResult extends ScoreResult, NpsGroups {}

export interface CentredInterval {
  readonly centre: number;
  readonly half: number;
}

const NPS_SCALE: ScoreScale = { min: 0, max: 10, polarity: 'higher-better', topK: 2 };
const LOWEST_PASSIVE = 7;

/** Answers imagined at either end, and in all: they keep the interval open when everyone agrees. */
const IMAGINED_AT_EACH_END = 0.75;
const IMAGINED_IN_ALL = 3;

/** Variance of +1, 0, -1 in a typical shop; with it the sample size for a margin can be told in advance. */
const TYPICAL_VARIANCE = 0.65;

export const npsScore = defineScore<NpsResult>({
  code: 'nps',
  title: 'Net Promoter Score',
  scale: NPS_SCALE,
  compute: (counts, scale) => {
    if (!isSameScale(scale, NPS_SCALE)) {
      throw new RangeError(
        `NPS is defined on ${describeScale(NPS_SCALE)} only, not on ${describeScale(scale)}: use CSAT for another scale.`,
      );
    }
    const tally = tallyCounts(counts, scale);
    const passives = Object.entries(tally.counts)
      .filter(([key]) => Number(key) >= LOWEST_PASSIVE)
      .reduce((sum, [, count]) => sum + count, -tally.top);
    const groups: NpsGroups = { promoters: tally.top, passives, detractors: tally.n - tally.top - passives };
    return {
      definition: 'nps-1',
      n: tally.n,
      numerator: groups.promoters - groups.detractors,
      denominator: tally.n,
      scale,
      counts: tally.counts,
      ...groups,
      ...estimateNps(groups),
      ...displayHints(tally.n),
    };
  },
});

/** Standard error in points of an unadjusted NPS; 0 when all answers fall in one group, null without answers. */
export function npsStandardError(groups: NpsGroups): number | null {
  const n = countGroups(groups);
  return n === 0 ? null : standardError(groups.promoters, groups.detractors, n);
}

/** Adjusted Wald interval before clipping, in points. */
export function adjustedNpsInterval(groups: NpsGroups): CentredInterval {
  const n = countGroups(groups) + IMAGINED_IN_ALL;
  const promoters = groups.promoters + IMAGINED_AT_EACH_END;
  const detractors = groups.detractors + IMAGINED_AT_EACH_END;
  return { centre: (100 * (promoters - detractors)) / n, half: Z95 * standardError(promoters, detractors, n) };
}

/** Answers needed before an NPS is known to ± `marginPoints` (95 %, typical variance). */
export function requiredResponses(marginPoints: number): number {
  if (!(marginPoints > 0)) {
    throw new RangeError(`No number of answers gives a margin of ${marginPoints} points: give a margin above 0.`);
  }
  return Math.ceil(TYPICAL_VARIANCE * ((100 * Z95) / marginPoints) ** 2);
}

function estimateNps(groups: NpsGroups): Estimate {
  const n = countGroups(groups);
  if (n === 0) return NO_DATA;
  return { value: (100 * (groups.promoters - groups.detractors)) / n, ...clipToScore(adjustedNpsInterval(groups)) };
}

function clipToScore({ centre, half }: CentredInterval): Interval {
  return { low: clamp(centre - half, -100, 100), high: clamp(centre + half, -100, 100) };
}

function standardError(promoters: number, detractors: number, n: number): number {
  const mean = (promoters - detractors) / n;
  // Rounding can bring a variance of 0 a hair below it.
  const variance = Math.max(0, (promoters + detractors) / n - mean * mean);
  return 100 * Math.sqrt(variance / n);
}

function countGroups({ promoters, passives, detractors }: NpsGroups): number {
  return promoters + passives + detractors;
}
