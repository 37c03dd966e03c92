import { MEDIA } from '#app/domain';
import { z } from 'zod';
import { isoInstant } from './list.schema.js';

const MAX_DAYS = 366;

const count = z.number().int();
const counts = z.record(z.string(), count);
const time = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-01-31T09:30:00Z' });
const version = z.number().int().min(1);

export const backtestRequest = z
  .strictObject({
    from: time.meta({
      description:
        'What happens from then on is counted. People enter from then on too, or from the first publication of the journey if that was earlier.',
    }),
    to: time.meta({ description: 'The end of the range, itself left out.' }),
    version: version.optional().meta({ description: 'The latest version when left out, published or not.' }),
    smsPrice: z
      .number()
      .min(0)
      .max(1_000)
      .optional()
      .meta({ description: "Price of one part of an SMS in the shop's currency, such as 0.075." }),
    against: version.optional().meta({ description: 'A version to compare with; what was really sent when left out.' }),
  })
  .meta({ id: 'BacktestRequest' });

const line = z.object({
  customer: z.string(),
  order: z.string().nullable(),
  step: z.string(),
  dueAt: isoInstant,
  at: isoInstant.meta({ description: 'When it went out.' }),
});

const step = z.object({
  step: z.string(),
  entered: count.meta({ description: 'Visits, runs that were under way included: the sum of all that follows.' }),
  sent: count,
  passed: count,
  heldOut: count,
  skipped: counts,
  failed: counts,
  waiting: counts.meta({
    description: 'At the end of the range: for a time, for an event, or put off by a contact rule.',
  }),
  exited: counts,
});

const sample = z.object({
  customer: z.string(),
  order: z.string().nullable(),
  step: z.string(),
  medium: z.enum(MEDIA),
  at: isoInstant,
  subject: z.string().nullable(),
  text: z.string().nullable(),
  html: z.string().nullable(),
  problem: z.string().nullable().meta({ description: 'Why it could not be rendered.' }),
});

const contact = z
  .object({
    putOff: z.object({
      messages: count.meta({ description: 'Put off at least once.' }),
      byRule: counts.meta({ description: 'Of those, by each rule that put them off.' }),
      sentLater: count,
      meanHours: z.number().meta({ description: 'Of those sent later, from when they fell due.' }),
      longestHours: z.number(),
    }),
    skipped: counts.meta({ description: 'Never sent, by the rule that kept them back.' }),
    waiting: counts.meta({ description: 'Still put off at the end of the range, by rule.' }),
    heldByOthers: z
      .object({
        messages: count,
        people: count,
        byJourney: counts.meta({ description: 'People, by the journey whose messages stood in the way.' }),
      })
      .meta({ description: 'Put off or never sent because of messages of other journeys.' }),
  })
  .meta({ description: 'What the contact rules of the shop do to the messages.' });

const report = z
  .object({
    journey: z.string(),
    version: count,
    from: isoInstant,
    to: isoInstant,
    events: count.meta({ description: 'Events in the range of the people whom the journey may concern.' }),
    earlierEvents: count.meta({ description: 'Their earlier events, from which the facts and runs of then follow.' }),
    people: count.meta({ description: 'People who entered.' }),
    entered: count,
    carried: count.meta({ description: 'Runs that were under way when the range began.' }),
    goals: count,
    messages: z.object({ wouldSend: count, byDay: counts, byMedium: counts }),
    suppressed: counts.meta({ description: 'Messages that would have stayed, by reason; contact rules included.' }),
    contact,
    heldOut: count,
    acts: counts,
    funnel: z.array(step),
    collisions: z
      .object({
        messages: count,
        people: count,
        byJourney: counts,
        examples: z.array(z.object({ customer: z.string(), day: z.string(), journey: z.string() })),
      })
      .meta({ description: 'Messages whose person got one of another journey on the same day of the shop.' }),
    sms: z.object({
      messages: count,
      segments: count.meta({ description: 'Parts as networks bill them.' }),
      cost: z
        .object({ amount: count.meta({ description: 'In the smallest unit of the currency.' }), currency: z.string() })
        .nullable()
        .meta({ description: 'Null where no price was given.' }),
    }),
    sample: z.array(sample),
    diff: z.object({
      against: z.string().meta({ description: '`live`, or `version <n>`.' }),
      onlyBacktest: count,
      onlyOther: count,
      both: count,
      retimed: count.meta({
        description: 'Of those in both: how many fell due at another time, or went out more than ten minutes apart.',
      }),
      examples: z.object({
        onlyBacktest: z.array(line),
        onlyOther: z.array(line),
        retimed: z.array(line.extend({ otherDueAt: isoInstant, otherAt: isoInstant })),
      }),
    }),
  })
  .meta({ id: 'BacktestReport' });
export const backtestReport = report;

export const backtestJob = z
  .object({
    id: z.uuid(),
    journey: z.string(),
    state: z.enum(['running', 'done', 'failed', 'cancelled']),
    progress: z.object({
      people: count.meta({ description: 'Played so far; those who share an order or an address count as one.' }),
      of: count.meta({ description: 'People whom the journey may concern; 0 until they are counted.' }),
      events: count.meta({ description: 'Played so far.' }),
    }),
    report: report.nullable(),
    error: z.object({ code: z.string(), text: z.string() }).nullable(),
  })
  .meta({ id: 'Backtest' });

export const dryRunRequest = z
  .strictObject({
    customer: z.uuid({ error: 'must be the id of a customer (a UUID)' }),
    order: z.string().min(1).max(255).optional().meta({ description: "The sender's id of an order of theirs." }),
    version: version.optional(),
    days: z.number().int().min(1).max(MAX_DAYS).default(60).meta({ description: 'How far to look ahead.' }),
  })
  .meta({ id: 'DryRunRequest' });

export const dryRunReport = z
  .object({
    journey: z.string(),
    version: count,
    customer: z.string(),
    order: z.string().nullable(),
    now: isoInstant,
    until: isoInstant,
    start: z
      .enum(['waiting', 'supposed'])
      .meta({ description: 'The run that waits goes on, or the trigger is supposed to happen now.' }),
    entered: z.boolean(),
    refusal: z.string().nullable().meta({ description: 'where, audience, entry-key or entered-before.' }),
    detail: z.string().nullable(),
    journal: z.array(
      z.object({
        seq: count,
        kind: z.string(),
        step: z.string().nullable(),
        at: isoInstant,
        data: z.record(z.string(), z.unknown()),
      }),
    ),
    messages: z.array(
      sample.extend({
        dueAt: isoInstant,
        template: z.string(),
        wouldSend: z.boolean(),
        reason: z.string().nullable().meta({ description: 'Why it would stay.' }),
        putOffBy: z.array(z.string()).meta({ description: 'Contact rules that put it off, one after the other.' }),
      }),
    ),
    end: z
      .object({ status: z.string(), step: z.string().nullable(), reason: z.string().nullable() })
      .nullable()
      .meta({ description: 'How the run stands then.' }),
  })
  .meta({ id: 'DryRun' });
