import { z } from 'zod';
import { isoInstant, listOf, pageQuery } from './list.schema.js';

const count = z.number().int();
const state = z.enum(['draft', 'live', 'paused', 'archived']);
const messageClass = z.enum(['service', 'feedback', 'review', 'marketing']);
const settings = z.record(z.string(), z.unknown());

export const journeyKeyParam = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'must be a key: lower-case letters, digits and hyphens' });

export const savedJourney = z
  .object({
    key: z.string(),
    version: count,
    problems: z.array(z.unknown()).meta({ description: 'Empty: a document with faults is refused as a whole.' }),
  })
  .meta({ id: 'SavedJourney' });

export const journeyStatus = z.object({ key: z.string(), state, version: count }).meta({ id: 'JourneyStatus' });

export const resumeRequest = z
  .strictObject({
    overdue: z.enum(['run', 'shift', 'exit']).default('run').meta({
      description:
        'Of runs whose wait ended during the pause: `run` goes on at once, `shift` waits longer by as much of the pause as fell into its wait, `exit` ends.',
    }),
    messages: z.enum(['send', 'skip']).default('send').meta({
      description: 'Of messages that fell due during the pause: `send` those that are still useful, or `skip` all.',
    }),
  })
  .meta({ id: 'ResumeRequest' });

export const resumedJourney = journeyStatus
  .extend({ shifted: count, exited: count, skippedMessages: count })
  .meta({ id: 'ResumedJourney' });

export const resumePreview = z
  .object({
    key: z.string(),
    pausedSince: isoInstant.nullable().meta({ description: 'Null when it is not paused.' }),
    overdue: z
      .array(
        z.object({
          step: z.string(),
          runs: count.meta({ description: 'Runs whose wait is over.' }),
          messages: count.meta({ description: 'Messages that would go out.' }),
          expired: count.meta({ description: 'Messages that came too late to be useful.' }),
        }),
      )
      .meta({ description: 'What fell due during the pause, by step.' }),
  })
  .meta({ id: 'ResumePreview' });

const summary = z.object({
  key: z.string(),
  title: z.string(),
  class: messageClass,
  state,
  liveVersion: count.nullable().meta({ description: 'Version that people enter now.' }),
  latestVersion: count,
  waitingRuns: count,
  createdAt: isoInstant,
  updatedAt: isoInstant,
});
export const journeySummary = summary.meta({ id: 'JourneySummary' });

export const journeyList = listOf(journeySummary, 'JourneyList');

export const journeyDetail = summary
  .extend({
    versions: z
      .array(
        z.object({
          version: count,
          isLive: z.boolean(),
          createdAt: isoInstant,
          document: z.record(z.string(), z.unknown()),
        }),
      )
      .meta({ description: 'Newest first.' }),
  })
  .meta({ id: 'JourneyDetail' });

const versionNumber = z.coerce.number({ error: 'must be the number of a version' }).int().min(1).max(2_147_483_647);

export const versionsQuery = z.strictObject({
  from: versionNumber.meta({ description: 'Number of a version.' }),
  to: versionNumber.meta({ description: 'Number of another.' }),
});

export const versionsCompared = z
  .object({
    key: z.string(),
    from: count,
    to: count,
    diff: z.string().meta({
      description: 'Of the documents as YAML, line by line in the unified format; empty when they are the same.',
    }),
    templates: z
      .array(z.object({ template: z.string(), locale: z.string(), change: z.enum(['added', 'removed', 'changed']) }))
      .meta({ description: 'Templates that read differently, be it for a partial of theirs.' }),
  })
  .meta({ id: 'VersionsCompared' });

export const presetDocument = z
  .object({
    key: z.string(),
    title: z.string(),
    class: messageClass,
    settings: settings.meta({ description: 'What may be set otherwise on installation.' }),
  })
  .meta({ id: 'Preset' });

export const presetList = listOf(presetDocument, 'PresetList');

export const presetInstallation = z
  .strictObject({
    publish: z.boolean().default(false).meta({ description: 'Let people enter at once.' }),
    settings: settings.optional().meta({ description: "Values in place of the preset's own." }),
  })
  .meta({ id: 'PresetInstallation' });

export const runQuery = pageQuery.extend({
  journey: journeyKeyParam.optional().meta({ description: 'Key of the journey.' }),
  customer: z.uuid().optional().meta({ description: 'Id of the customer.' }),
  order: z.string().min(1).max(255).optional().meta({ description: "The sender's id of the order." }),
});

export const runDocument = z
  .object({
    id: z.uuid(),
    journey: z.string(),
    version: count,
    customer: z.uuid(),
    order: z.string().nullable().meta({ description: "The sender's id of the order." }),
    entryKey: z.string(),
    status: z.enum(['active', 'waiting', 'completed', 'exited', 'failed']),
    step: z.string().nullable(),
    startedAt: isoInstant,
    endedAt: isoInstant.nullable(),
    endReason: z.string().nullable(),
    goalAt: z.string().nullable(),
    wakesAt: isoInstant
      .nullable()
      .meta({ description: 'When a waiting run is woken; null when it waits for an event alone.' }),
  })
  .meta({ id: 'Run' });

export const runList = listOf(runDocument, 'RunList');

export const journalList = listOf(
  z
    .object({
      seq: count,
      kind: z.string(),
      step: z.string().nullable(),
      at: isoInstant,
      data: z
        .record(z.string(), z.unknown())
        .meta({ description: 'What was decided, and the facts it was decided on.' }),
    })
    .meta({ id: 'JournalLine' }),
  'Journal',
);
