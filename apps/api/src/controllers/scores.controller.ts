import { Get, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ReadScores, type ScoreMetric, type ScoreReport } from '#app/application';
import { scoreMetricParam, scoreQuery, scoreReport } from '#app/contracts';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';

const EXAMPLE = {
  metric: 'csat',
  definition: 'csat-1',
  n: 10,
  value: 80,
  low: 49.01624715255975,
  high: 94.33178485456247,
  numerator: 8,
  denominator: 10,
  counts: { 1: 0, 2: 1, 3: 1, 4: 3, 5: 5 },
  scale: { min: 1, max: 5, polarity: 'higher-better', topK: 2 },
  showCountsOnly: false,
  intervalFirst: true,
  satisfied: 8,
  mean: 4.2,
  notApplicable: 0,
  window: { from: '2026-01-01T00:00:00.000Z', to: null, timeZone: 'UTC' },
  groupBy: null,
  groups: null,
};

@ApiController('/scores', 'Scores', 'scores')
export class ScoresController {
  constructor(private readonly scores: ReadScores) {}

  @Get(':metric')
  @ApiOperation({ summary: 'NPS, CSAT or CES of a window, with its interval' })
  @Answers(200, scoreReport, 'The figure and what it is made of.', EXAMPLE)
  @Refuses(409, 'The answers were given on different scales.')
  @Refuses(422, 'The metric, the window or the grouping is not known.')
  read(
    @ShopId() shopId: string,
    @Param('metric', { schema: scoreMetricParam }) metric: ScoreMetric,
    @Query({ schema: scoreQuery }) query: z.output<typeof scoreQuery>,
  ): Promise<ScoreReport> {
    return this.scores.run(shopId, { metric, ...query });
  }
}
