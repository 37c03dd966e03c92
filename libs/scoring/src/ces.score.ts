import { estimateEase } from './ease.js';
import type { Estimate } from './interval.js';
import { defineScore, type ScoreResult } from './score.js';
import { isSameScale, type ScoreScale } from './scale.js';
import { tallyCounts } from './tally.js';
import { topBoxResult } from './top-box.js';

/** What the share in `value` is a share of: "low effort", "agree that it was easy" or "easy". */
export type CesHeadline = 'low-effort' | 'agree' | 'easy';

/** `value` is the share of easy answers, 0 to 100, higher better on every preset. */
export interface CesResult extends ScoreResult {
  readonly headline: CesHeadline;
  /** Code of the preset the scale belongs to; null for a scale of one's own. */
  readonly preset: CesPresetCode | null;
  /** Mean of the raw values in the direction of the scale: on "ces-5" lower is better, and a chart must say so. */
  readonly mean: Estimate;
  /** Mean ease, 0 to 100, higher better: the only CES figure that may be joined across scales. */
  readonly easeIndex: Estimate;
}

export interface CesPreset {
  readonly scale: ScoreScale;
  readonly headline: CesHeadline;
  /** The words a page shows at either end; digits alone leave the direction to guesswork. */
  readonly anchors: { readonly min: string; readonly max: string };
}

export type CesPresetCode = 'ces-5' | 'ces-7' | 'ces-5e';

export const cesPresets: Readonly<Record<CesPresetCode, CesPreset>> = {
  'ces-5': {
    scale: { min: 1, max: 5, polarity: 'lower-better', topK: 2 },
    headline: 'low-effort',
    anchors: { min: 'very easy', max: 'very difficult' },
  },
  'ces-7': {
    scale: { min: 1, max: 7, polarity: 'higher-better', topK: 3 },
    headline: 'agree',
    anchors: { min: 'strongly disagree', max: 'strongly agree' },
  },
  'ces-5e': {
    scale: { min: 1, max: 5, polarity: 'higher-better', topK: 2 },
    headline: 'easy',
    anchors: { min: 'very difficult', max: 'very easy' },
  },
};

export const cesScore = defineScore<CesResult>({
  code: 'ces',
  title: 'Customer effort score',
  scale: cesPresets['ces-5'].scale,
  compute: (counts, scale) => {
    const tally = tallyCounts(counts, scale);
    const easeIndex = estimateEase(tally);
    const preset = presetOf(scale);
    return {
      ...topBoxResult('ces-1', tally, scale),
      headline: preset === null ? fallbackHeadline(scale) : cesPresets[preset].headline,
      preset,
      mean: rawMean(tally.mean, easeIndex, scale),
      easeIndex,
    };
  },
});

/** The ease interval mapped back on the raw values; on a lower-better scale its ends change places. */
function rawMean(value: number | null, ease: Estimate, { min, max, polarity }: ScoreScale): Estimate {
  const toRaw = (index: number | null): number | null => {
    if (index === null) return null;
    const steps = (index / 100) * (max - min);
    return polarity === 'higher-better' ? min + steps : max - steps;
  };
  const [low, high] = polarity === 'higher-better' ? [ease.low, ease.high] : [ease.high, ease.low];
  return { value, low: toRaw(low), high: toRaw(high) };
}

function presetOf(scale: ScoreScale): CesPresetCode | null {
  const codes: readonly CesPresetCode[] = ['ces-5', 'ces-7', 'ces-5e'];
  return codes.find((code) => isSameScale(cesPresets[code].scale, scale)) ?? null;
}

function fallbackHeadline({ polarity }: ScoreScale): CesHeadline {
  return polarity === 'lower-better' ? 'low-effort' : 'easy';
}
