import { MEDIA } from '#app/domain';
import { z } from 'zod';
import { isoInstant, listOf, pageQuery } from './list.schema.js';

const NOTE_MAX = 500;
const count = z.number().int();
const ageS = z.number().int().nullable().meta({ description: 'Seconds; null when nothing waits.' });
const kind = z.enum(['inbox', 'timer', 'message', 'call', 'entry']);
const state = z.enum(['open', 'retried', 'dropped']);

const pauseScope = z.enum(['all', 'journeys']).meta({
  description:
    '`all`: what comes in is stored and waits as well. `journeys`: it becomes facts and runs hear of it, but nobody enters, no timer rings and nothing goes out.',
});

export const overviewDocument = z
  .object({
    now: isoInstant,
    paused: isoInstant.nullable().meta({ description: 'Since when the shop stands still; null when it runs.' }),
    pauseScope: pauseScope.nullable(),
    inbox: z.object({ backlog: count, oldestAgeS: ageS }),
    timers: z.object({ due: count, oldestAgeS: ageS }),
    messages: z.object({
      byState: z.object({
        queued: count,
        claimed: count,
        handing: count,
        sent: count,
        failed: count,
        unknown: count,
        suppressed: count,
        expired: count,
        held_out: count,
      }),
      due: count,
      oldestAgeS: ageS,
    }),
    unknown: count.meta({ description: 'Hand-overs in doubt; settle each by POST /api/v1/messages/:id/settle.' }),
    deadLetters: count.meta({ description: 'Open dead letters.' }),
    ceilings: z
      .array(
        z.object({
          medium: z.enum(MEDIA),
          limit: count,
          handed: count.meta({ description: "On the shop's present day, service messages included." }),
          state: z.enum(['ok', 'near', 'reached']).meta({
            description: '`near`: from 80 per cent on. `reached`: all but service messages wait for the next day.',
          }),
        }),
      )
      .meta({ description: 'What the shop hands over a day at most, where `contactRules.shopPerDay` sets it.' }),
    budgets: z
      .array(
        z.object({
          medium: z.enum(MEDIA),
          of: z.enum(['messages', 'cost']),
          limit: count.meta({ description: 'Messages, or the smallest unit of the currency.' }),
          spent: z.number().meta({
            description:
              "In the shop's present month, service messages included; of a cost to the hundredth of the smallest unit.",
          }),
          currency: z.string().nullable().meta({ description: 'Of a cost; null of messages.' }),
          state: z.enum(['ok', 'near', 'reached']).meta({
            description: '`near`: from 80 per cent on. `reached`: all but service messages wait for the next month.',
          }),
        }),
      )
      .meta({ description: 'What the shop spends a month at most, where `contactRules.shopPerMonth` sets it.' }),
    providers: z
      .array(
        z.object({
          channel: z.string(),
          account: z
            .object({ id: z.uuid(), name: z.string() })
            .nullable()
            .meta({ description: "The shop's own account; null: that of the installation." }),
          state: z.enum(['closed', 'open', 'half-open']).meta({
            description:
              '`open`: the provider is sick, and messages wait for it uncounted. `half-open`: one after the other is tried.',
          }),
          since: isoInstant.nullable(),
          reason: z.string().nullable().meta({ description: 'Code of its last bad answer.' }),
        }),
      )
      .meta({
        description: 'Mail server and SMS provider of this installation, once something was handed over to them.',
      }),
    unaskedOptIns: z.array(z.enum(MEDIA)).meta({
      description: 'Media whose opt-ins wait to be confirmed (`doubleOptIn`) while no live journey asks for it.',
    }),
  })
  .meta({ id: 'Overview' });

export const deadLetterQuery = pageQuery.extend({ state: state.default('open'), kind: kind.optional() });

export const deadLetterDocument = z
  .object({
    id: z.uuid(),
    kind,
    refId: z.uuid().meta({ description: 'Id of the inbox row, the run, the message or the call.' }),
    state,
    code: z.string(),
    error: z.string(),
    attempts: count,
    createdAt: isoInstant,
    settledAt: isoInstant.nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'DeadLetter' });

export const deadLetterList = listOf(deadLetterDocument, 'DeadLetterList');

/** Why somebody did what can't be undone; kept with what was done. */
export const opsNote = z
  .strictObject({ note: z.string().trim().min(1).max(NOTE_MAX).meta({ description: 'Why; it is kept.' }) })
  .meta({ id: 'OpsNote' });

export const pauseRequest = z.strictObject({ scope: pauseScope.default('all') }).meta({ id: 'PauseRequest' });

export const pauseState = z
  .object({ paused: isoInstant.nullable(), pauseScope: pauseScope.nullable() })
  .meta({ id: 'PauseState' });

export const replayedEvent = z.object({ id: z.uuid(), state: z.literal('new') }).meta({ id: 'ReplayedEvent' });
