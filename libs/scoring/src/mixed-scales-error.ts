import { describeScale, type ScoreScale } from './scale.js';

/** Answers on two scales were to be treated as one series. A fault of the question asked, so trying again never helps. */
export class MixedScalesError extends Error {
  override readonly name = 'MixedScalesError';

  constructor(
    readonly first: ScoreScale,
    readonly second: ScoreScale,
  ) {
    super(
      `Answers on ${describeScale(first)} and on ${describeScale(second)} are different series and can't be joined or compared: ` +
        'report them apart, or join effort answers by their ease index (combineEase).',
    );
  }
}
