import { z } from 'zod';
import { isoInstant } from './list.schema.js';

export const scoreMetricParam = z.enum(['nps', 'csat', 'ces'], { error: 'must be nps, csat or ces' });
const groupBy = z.enum(['month', 'week', 'day', 'survey', 'channel', 'journey']);

const boundary = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'must be a day such as 2026-01-31 or a time such as 2026-01-31T09:30:00Z',
});

export const scoreQuery = z.strictObject({
  from: boundary.optional().meta({ description: "First time or day that counts; days begin in the shop's zone." }),
  to: boundary
    .optional()
    .meta({ description: 'A time: the first one that counts no more. A day: the last one that counts.' }),
  groupBy: groupBy.optional(),
  survey: z.string().min(1).max(64).optional().meta({ description: 'Key of one survey.' }),
});

const figure = z.number().nullable();
const estimate = z.object({ value: figure, low: figure, high: figure });

/** Fields of every figure; each metric adds its own. */
const result = z.object({
  definition: z.string().meta({ description: 'Formula and its version.', example: 'csat-1' }),
  n: z.number().int(),
  value: figure.meta({ description: '0 to 100, NPS -100 to 100; null without answers.' }),
  low: figure.meta({ description: 'Lower bound of the 95 % interval.' }),
  high: figure.meta({ description: 'Upper bound of the 95 % interval.' }),
  numerator: z.number(),
  denominator: z.number(),
  counts: z.record(z.string(), z.number().int()).meta({ description: 'Answers by score, zeros included.' }),
  scale: z.object({
    min: z.number().int(),
    max: z.number().int(),
    polarity: z.enum(['higher-better', 'lower-better']),
    topK: z.number().int(),
  }),
  showCountsOnly: z.boolean().meta({ description: 'Too few answers for a figure: show the counts.' }),
  intervalFirst: z.boolean().meta({ description: 'Few answers: show the interval before the figure.' }),
  promoters: z.number().int().optional(),
  passives: z.number().int().optional(),
  detractors: z.number().int().optional(),
  satisfied: z.number().int().optional(),
  notApplicable: z.number().int().optional(),
  mean: z.union([figure, estimate]).optional(),
  headline: z.string().optional(),
  preset: z.string().nullable().optional(),
  easeIndex: estimate.optional(),
});

export const scoreReport = result
  .extend({
    metric: scoreMetricParam,
    window: z.object({ from: isoInstant.nullable(), to: isoInstant.nullable(), timeZone: z.string() }),
    groupBy: groupBy.nullable(),
    groups: z
      .array(result.extend({ key: z.string() }).meta({ id: 'ScoreOfGroup' }))
      .nullable()
      .meta({ description: 'Null when no grouping was asked for.' }),
  })
  .meta({ id: 'Score' });
