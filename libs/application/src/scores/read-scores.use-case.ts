import { Injectable } from '@nestjs/common';
import { type IsoInstant, PermanentError, toIso } from '#app/domain';
import {
  MixedScalesError,
  combineCounts,
  scoreByCode,
  type ScoreCounts,
  type ScoreDefinition,
  type ScoreResult,
  type ScoreScale,
} from '#app/scoring';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';
import { type ScoreCount, ScoreCountsReader, type ScoreGroup, type ScoreMetric } from './score-counts.repository.js';
import { windowOfDays } from '../shops/window-of-days.js';

export interface ScoresQuery {
  readonly metric: ScoreMetric;
  /** A time with zone or offset, or a calendar day in the shop's zone: `from` that day's start, `to` that day's end. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly groupBy?: ScoreGroup | undefined;
  readonly survey?: string | undefined;
}

export interface ScoreWindow {
  readonly from: IsoInstant | null;
  /** First instant that doesn't count any more. */
  readonly to: IsoInstant | null;
  readonly timeZone: string;
}

export interface ScoreReport extends ScoreResult {
  readonly metric: ScoreMetric;
  readonly window: ScoreWindow;
  readonly groupBy: ScoreGroup | null;
  /** By group key, ascending; null when no grouping was asked for. */
  readonly groups: readonly (ScoreResult & { readonly key: string })[] | null;
}

/** Counts by SQL, figures by the pure score functions. */
@Injectable()
export class ReadScores {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly shops: Shops,
    private readonly reader: ScoreCountsReader,
  ) {}

  /** @throws PermanentError `conflict` when the answers were given on different scales, `validation` for an empty window */
  async run(shopId: string, query: ScoresQuery): Promise<ScoreReport> {
    const { metric, groupBy = null, survey = null } = query;
    const definition = definitionOf(metric);
    const { timeZone, from, to, counts } = await this.unitOfWork.inShop(shopId, async (tx) => {
      const shop = await this.shops.read(tx);
      const bounds = windowOfDays(query, shop.timeZone);
      return {
        ...bounds,
        timeZone: shop.timeZone,
        counts: await this.reader.counts(tx, { metric, groupBy, survey, timeZone: shop.timeZone, ...bounds }),
      };
    });
    const scale = oneScale(counts);
    const window: ScoreWindow = {
      from: from === null ? null : toIso(from),
      to: to === null ? null : toIso(to),
      timeZone,
    };
    return {
      metric,
      ...compute(definition, counts, scale),
      window,
      groupBy,
      groups: groupBy === null ? null : groupsOf(definition, counts, scale),
    };
  }
}

function definitionOf(metric: ScoreMetric): ScoreDefinition {
  const definition = scoreByCode(metric);
  if (definition === undefined) throw new PermanentError('not_found', `There is no score "${metric}".`);
  return definition;
}

function groupsOf(
  definition: ScoreDefinition,
  counts: readonly ScoreCount[],
  scale: ScoreScale | undefined,
): (ScoreResult & { key: string })[] {
  const byKey = new Map<string, ScoreCount[]>();
  for (const count of counts) byKey.set(count.group, [...(byKey.get(count.group) ?? []), count]);
  return [...byKey]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => ({ key, ...compute(definition, part, scale) }));
}

function compute(
  definition: ScoreDefinition,
  counts: readonly ScoreCount[],
  scale: ScoreScale | undefined,
): ScoreResult {
  const tally: ScoreCounts = combineCounts(
    counts.map((count) => ({ counts: { [String(count.score)]: count.n }, scale: count.scale })),
  );
  return definition.compute(tally, scale);
}

/** Undefined without answers: then the score's own scale shows its empty counts. */
function oneScale(counts: readonly ScoreCount[]): ScoreScale | undefined {
  try {
    combineCounts(counts.map(({ scale }) => ({ counts: {}, scale })));
  } catch (cause) {
    if (!(cause instanceof MixedScalesError)) throw cause;
    const surveys = [...new Set(counts.map(({ survey }) => survey))].toSorted();
    const advice =
      surveys.length > 1
        ? `Ask for one survey at a time: ${surveys.map((key) => `?survey=${key}`).join(' or ')}.`
        : 'The survey changed its scale: choose a window (?from=, ?to=) on one side of the change.';
    throw new PermanentError(
      'conflict',
      `The answers in this window were given on different scales and make no one figure. ${advice}`,
      { cause },
    );
  }
  return counts[0]?.scale;
}
