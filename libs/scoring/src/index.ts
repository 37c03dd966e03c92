export type { CesHeadline, CesPreset, CesPresetCode, CesResult } from './ces.score.js';
export { combineCounts, type ScoredCounts } from './combine.js';
export type { CsatResult } from './csat.score.js';
export type { Estimate, Interval } from './interval.js';
export { MixedScalesError } from './mixed-scales-error.js';
export type { NpsGroups, NpsResult } from './nps.score.js';
export { scoreByCode } from './registry.js';
export type { DisplayHints, ScoreCounts, ScoreDefinition, ScoreResult } from './score.js';
export type { Polarity, ScoreScale } from './scale.js';
