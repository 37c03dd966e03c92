import { z } from 'zod';
import { journeyKeyParam } from './journey.schema.js';
import { isoInstant, listOf, pageQuery } from './list.schema.js';

const count = z.number().int();
const MAX_VERSION = 1_000_000;

const boundary = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'must be a day such as 2026-01-31 or a time such as 2026-01-31T09:30:00Z',
});
const visitState = z.enum(['sent', 'passed', 'heldOut', 'skipped', 'failed', 'waiting', 'exited']);

const runsOf = {
  version: z.coerce
    .number({ error: 'must be the number of a version' })
    .int()
    .min(1)
    .max(MAX_VERSION)
    .optional()
    .meta({ description: 'Only runs on this version; of every version otherwise.' }),
  from: boundary
    .optional()
    .meta({ description: "Only runs that started at this time or later; a day begins in the shop's zone." }),
  to: boundary.optional().meta({
    description: 'A time: only runs that started before it. A day: the last one on which a run may have started.',
  }),
};

export const funnelQuery = z.strictObject(runsOf);

export const funnelPeopleQuery = pageQuery.extend({
  ...runsOf,
  step: z.string().min(1).max(100).optional().meta({ description: 'Id of the step.' }),
  state: visitState.optional(),
  reason: z.string().min(1).max(200).optional().meta({ description: 'As the funnel names it.' }),
});

const byReason = z.record(z.string(), count);
const links = z.record(z.string(), z.string());

const funnelStep = z
  .object({
    step: z.string(),
    kind: z.string().nullable(),
    entered: count.meta({ description: 'Visits of this step; the sum of all the counts below.' }),
    sent: count,
    passed: count.meta({ description: 'Steps that send nothing: the run went on.' }),
    heldOut: count.meta({ description: 'Would have been sent, had the run not been held out.' }),
    skipped: byReason.meta({ description: 'No message went out, by reason.' }),
    failed: byReason,
    waiting: byReason.meta({ description: '`unknown`: the provider may or may not have the message.' }),
    exited: byReason.meta({ description: 'The run ended here, or was moved to another step.' }),
    links: z
      .object({
        entered: z.string(),
        sent: z.string(),
        passed: z.string(),
        heldOut: z.string(),
        skipped: links,
        failed: links,
        waiting: links,
        exited: links,
      })
      .meta({ description: 'The people behind each count.' }),
  })
  .meta({ id: 'FunnelStep' });

export const funnelDocument = z
  .object({
    journey: z.string(),
    version: count.nullable().meta({ description: 'The version asked for; null for all of them.' }),
    steps: z.array(funnelStep),
  })
  .meta({ id: 'Funnel' });

export const funnelPeople = listOf(
  z
    .object({
      customer: z.uuid(),
      email: z.string().nullable(),
      run: z.uuid(),
      order: z.string().nullable().meta({ description: "The sender's id of the order." }),
      step: z.string(),
      visit: count.meta({ description: 'Counts the steps that the run has entered, from 1.' }),
      state: visitState,
      reason: z.string().nullable(),
      at: isoInstant.meta({ description: 'Since when, as far as it is recorded.' }),
    })
    .meta({ id: 'FunnelPerson' }),
  'FunnelPeople',
);

export const explainQuery = z.strictObject({
  journey: journeyKeyParam.meta({ description: 'Key of the journey.' }),
  order: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: "The sender's id of an order: only its runs and events." }),
});

const text = z.string().nullable();
const says = z.string().meta({ description: 'The same as a sentence.' });
const facts = z.record(z.string(), z.unknown());
const held = z.enum(['journey-paused', 'shop-paused']).nullable();

const explainedRule = z
  .object({
    event: z
      .object({ id: z.string(), type: z.string(), at: isoInstant, receivedAt: isoInstant, order: text })
      .nullable()
      .meta({ description: 'The event that the rule was asked about; null for what concerns all of them.' }),
    rule: z.enum([
      'event',
      'live',
      'erased',
      'stale',
      'limit',
      'date',
      'schedule',
      'where',
      'audience',
      'entry-key',
      're-entry',
      'start',
      'entry',
    ]),
    holds: z.boolean(),
    facts: facts.meta({ description: 'The facts it named, as they were known then.' }),
    says,
  })
  .meta({ id: 'ExplainedRule' });

const nextMove = z
  .object({
    run: z.uuid(),
    what: z
      .enum(['wake', 'message', 'event', 'person'])
      .meta({ description: '`event`: only an event moves it on. `person`: somebody must decide.' }),
    step: z.string(),
    at: isoInstant.nullable(),
    held,
    says,
  })
  .meta({ id: 'NextMove' });

const explainedVerdict = z
  .object({
    at: isoInstant,
    verdict: z.enum(['go', 'defer', 'skip']),
    reason: text,
    until: isoInstant.nullable().meta({ description: 'When it is tried next.' }),
    facts: facts.meta({ description: 'What the verdict rests on.' }),
    says,
  })
  .meta({ id: 'ExplainedVerdict' });

const explainedRun = z
  .object({
    run: z.uuid(),
    version: count,
    entry: z.object({ id: z.string(), type: z.string(), occurredAt: z.string(), data: z.unknown() }),
    entryKey: z.string(),
    order: text,
    status: z.string(),
    step: text,
    startedAt: isoInstant,
    endedAt: isoInstant.nullable(),
    endReason: text,
    decisions: z.array(
      z
        .object({ seq: count, kind: z.string(), step: text, at: isoInstant, facts, says })
        .meta({ id: 'ExplainedDecision' }),
    ),
    messages: z.array(
      z
        .object({
          id: z.uuid(),
          step: z.string(),
          visit: count,
          medium: z.string(),
          class: z.string(),
          to: text,
          state: z.string(),
          reason: text,
          dueAt: isoInstant,
          sentAt: isoInstant.nullable(),
          verdicts: z
            .array(explainedVerdict)
            .meta({ description: 'What the contact rules said each time it was to go out, oldest first.' }),
          says,
        })
        .meta({ id: 'ExplainedMessage' }),
    ),
    next: nextMove.nullable(),
    says,
  })
  .meta({ id: 'ExplainedRun' });

export const explanation = z
  .object({
    customer: z.uuid(),
    journey: z.string(),
    version: count.meta({
      description: 'Of the newest run; without any, the one that people enter now, or the newest.',
    }),
    verdict: z.enum(['entered', 'not-entered']),
    rules: z
      .array(explainedRule)
      .meta({ description: 'Every rule of entry, for each event that might have let the person in.' }),
    runs: z.array(explainedRun).meta({ description: 'Newest first.' }),
    next: nextMove.nullable(),
    says,
  })
  .meta({ id: 'Explanation' });
