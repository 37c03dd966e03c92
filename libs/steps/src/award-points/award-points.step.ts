import { defineStepKind, type StepContext, type StepDecision } from '#app/domain';
import { z } from 'zod';
import { evaluated, skipped } from '../evaluated.js';
import { expression } from '../settings-parts.js';

/** Of one award; more is a slip of the pen or of an expression. */
const MAX_POINTS = 1_000_000;

const settings = z.strictObject({
  points: z
    .union(
      [
        z.int().min(1).max(MAX_POINTS).describe('A fixed number of points.'),
        expression.describe('CEL expression that gives the number; fractions are dropped.'),
      ],
      { error: `Write a whole number from 1 to ${MAX_POINTS}, or an expression that gives one` },
    )
    .describe('How many points.'),
  reason: z.string().min(1).max(200).describe('What for; the customer may see it.'),
});

/** Credits points to the customer. */
export const awardPointsStep = defineStepKind<z.output<typeof settings>>({
  code: 'award-points',
  title: 'Award points',
  settings,
  enter: ({ points, reason }, context) =>
    typeof points === 'number' ? award(points, reason) : awardFrom(points, reason, context),
  expressions: ({ points }) =>
    typeof points === 'number' ? [] : [{ place: 'points', source: points, expects: 'any' }],
});

function awardFrom(source: string, reason: string, context: StepContext): StepDecision {
  const result = evaluated(source, context);
  if ('problem' in result) return skipped('unknown', result.problem);
  const points = typeof result.value === 'number' ? Math.floor(result.value) : Number.NaN;
  if (points >= 1 && points <= MAX_POINTS) return award(points, reason);
  const problem = `${source} gives ${JSON.stringify(result.value).slice(0, 60)}; points are a number from 1 to ${MAX_POINTS}.`;
  return skipped('unsuitable', problem);
}

function award(points: number, reason: string): StepDecision {
  return { type: 'continue', acts: [{ type: 'award', points, reason }] };
}
