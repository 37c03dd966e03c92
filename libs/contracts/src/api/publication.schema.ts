import { z } from 'zod';
import { journeyFinding } from './check.schema.js';
import { journeyStatus } from './journey.schema.js';

const count = z.number().int();
const stepId = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'must be the id of a step' });

export const migrationPlan = z
  .strictObject({
    default: z
      .enum(['keep', 'exit'])
      .default('keep')
      .meta({ description: 'What runs do at steps that are not named.' }),
    steps: z
      .record(
        stepId,
        z.discriminatedUnion('action', [
          z.strictObject({ action: z.literal('keep') }),
          z.strictObject({ action: z.literal('move'), to: stepId }),
          z.strictObject({ action: z.literal('retime') }),
          z.strictObject({ action: z.literal('exit') }),
        ]),
      )
      .default({})
      .meta({
        description:
          'By the step at which runs wait: `keep` them on their version, `move` them to a step of the new one, `retime` their wait by the new one, or `exit`.',
      }),
  })
  .meta({ id: 'MigrationPlan' });

export const publicationRequest = z
  .strictObject({ migration: migrationPlan.optional() })
  .meta({ id: 'PublicationRequest' });

const takeOver = z
  .object({
    kept: count,
    moved: count,
    retimed: count,
    exited: count,
    due: count.meta({ description: 'Of the moved and re-timed ones: those whose wait is over already.' }),
    messages: count.meta({ description: 'Messages that follow at once.' }),
  })
  .meta({ id: 'TakeOver' });

export const publishedJourney = journeyStatus
  .extend({
    warnings: z
      .array(journeyFinding)
      .meta({ description: 'What the checker says of it; an error keeps it from going live.' }),
    runs: takeOver.meta({ description: 'What the runs of earlier versions did.' }),
  })
  .meta({ id: 'PublishedJourney' });

export const publicationPreview = z
  .object({
    key: z.string(),
    fromVersion: count.nullable().meta({ description: 'Version that people enter now.' }),
    toVersion: count,
    waiting: z
      .array(
        z.object({
          version: count,
          step: z.string(),
          runs: count,
          isKnown: z.boolean().meta({ description: 'The new version has a step of this name.' }),
        }),
      )
      .meta({ description: 'Where runs wait, by version and step.' }),
    outcome: takeOver.meta({ description: 'What the plan would do.' }),
    findings: z
      .array(journeyFinding)
      .meta({ description: 'What the checker says; with an error it is not published.' }),
  })
  .meta({ id: 'PublicationPreview' });

export const installedPreset = journeyStatus
  .extend({
    warnings: z.array(journeyFinding).meta({ description: 'What the checker says of it; empty for a draft.' }),
  })
  .meta({ id: 'InstalledPreset' });

export const undonePublication = z
  .object({
    key: z.string(),
    version: count.meta({ description: 'Version that people enter again.' }),
    restored: count,
    goneOn: count.meta({ description: 'Runs that have gone on since and stay as they are.' }),
  })
  .meta({ id: 'UndonePublication' });
