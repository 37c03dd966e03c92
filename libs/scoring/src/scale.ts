/** Which end of the scale is the good one. */
export type Polarity = 'higher-better' | 'lower-better';

/** The whole numbers a question offers. A change of any field starts a new series. */
export interface ScoreScale {
  readonly min: number;
  readonly max: number;
  readonly polarity: Polarity;
  /** How many values at the good end count as a good answer. */
  readonly topK: number;
}

/** Widest scale accepted: beyond 101 values (0 to 100) an answer is a measurement, not a choice. */
const MAX_SCALE_VALUES = 101;

export function assertScale(scale: ScoreScale): void {
  const { min, max, topK } = scale;
  const values = max - min + 1;
  if (![min, max, topK].every(Number.isInteger) || values < 2 || values > MAX_SCALE_VALUES) {
    throw new RangeError(
      `The scale ${describeScale(scale)} is not usable: give whole numbers with min < max, at most ${MAX_SCALE_VALUES} values.`,
    );
  }
  if (topK < 1 || topK >= values) {
    throw new RangeError(
      `The scale ${describeScale(scale)} can't count its best ${topK} values: give 1 to ${values - 1}.`,
    );
  }
}

export function isSameScale(a: ScoreScale, b: ScoreScale): boolean {
  return a.min === b.min && a.max === b.max && a.polarity === b.polarity && a.topK === b.topK;
}

/** Whether a value is among the best `topK` of its scale. */
export function isTopBox(value: number, { min, max, polarity, topK }: ScoreScale): boolean {
  return polarity === 'higher-better' ? value > max - topK : value < min + topK;
}

/** Position on the scale as a fraction: 0 at the bad end, 1 at the good one. */
export function goodness(value: number, { min, max, polarity }: ScoreScale): number {
  return (polarity === 'higher-better' ? value - min : max - value) / (max - min);
}

export function describeScale({ min, max, polarity, topK }: ScoreScale): string {
  return `${min}-${max} ${polarity} top ${topK}`;
}
