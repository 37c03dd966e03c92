export {
  cesPresets,
  cesScore,
  type CesHeadline,
  type CesPreset,
  type CesPresetCode,
  type CesResult,
} from './ces.score.js';
export { combineCounts, type ScoredCounts } from './combine.js';
export { csatScale, csatScore, NOT_APPLICABLE, type CsatResult } from './csat.score.js';
export { npsDifference, shareDifference, type ChangeVerdict, type ScoreDifference } from './difference.js';
export { combineEase, type EaseResult } from './ease.js';
export { newcombeDifference, wilsonInterval, type Estimate, type Interval, type Share } from './interval.js';
export { MixedScalesError } from './mixed-scales-error.js';
export { npsScore, requiredResponses, type NpsGroups, type NpsResult } from './nps.score.js';
export { scoreByCode, scoreRegistry } from './registry.js';
export {
  defineScore,
  type DisplayHints,
  type ScoreCounts,
  type ScoreDefinition,
  type ScoreRecipe,
  type ScoreResult,
} from './score.js';
export { type Polarity, type ScoreScale } from './scale.js';
