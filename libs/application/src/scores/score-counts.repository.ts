import type { Instant } from '#app/domain';
import type { ScoreScale } from '#app/scoring';
import type { Transaction } from '../ports/unit-of-work.port.js';

export type ScoreMetric = 'nps' | 'csat' | 'ces';
export type ScoreGroup = 'month' | 'week' | 'day' | 'survey' | 'channel' | 'journey';

export interface ScoreCountsQuery {
  readonly metric: ScoreMetric;
  /** First instant that counts; null: from the first answer. */
  readonly from: Instant | null;
  /** First instant that doesn't count any more; null: without end. */
  readonly to: Instant | null;
  readonly groupBy: ScoreGroup | null;
  readonly survey: string | null;
  /** IANA zone in which months, weeks and days are cut. */
  readonly timeZone: string;
}

/** Number of answers with one score, on one scale, of one survey and group. */
export interface ScoreCount {
  /** `2026-03`, `2026-W11`, `2026-03-09`, a survey's or journey's key, a channel; `none` where the answer has none. */
  readonly group: string;
  readonly survey: string;
  readonly scale: ScoreScale;
  readonly score: number;
  readonly n: number;
}

export abstract class ScoreCountsReader {
  /** Counts of the answers that count (not superseded ones), in one statement. */
  abstract counts(tx: Transaction, query: ScoreCountsQuery): Promise<ScoreCount[]>;
}
