import { cesScore } from './ces.score.js';
import { csatScore } from './csat.score.js';
import { npsScore } from './nps.score.js';
import type { ScoreDefinition } from './score.js';

/** Every score the product knows, in the order in which they are listed to people. */
export const scoreRegistry: readonly ScoreDefinition[] = [npsScore, csatScore, cesScore];

export function scoreByCode(code: string): ScoreDefinition | undefined {
  return scoreRegistry.find((score) => score.code === code);
}
