import { z } from 'zod';
import { isoInstant, listOf, pageQuery } from './list.schema.js';

const NOTE_MAX = 500;
const count = z.number().int();
const ageS = z.number().int().nullable().meta({ description: 'Seconds; null when nothing waits.' });
const kind = z.enum(['inbox', 'timer', 'message', 'call']);
const state = z.enum(['open', 'retried', 'dropped']);

export const overviewDocument = z
  .object({
    now: isoInstant,
    paused: isoInstant.nullable().meta({ description: 'Since when everything stands still; null when it runs.' }),
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

export const pauseState = z.object({ paused: isoInstant.nullable() }).meta({ id: 'PauseState' });

export const replayedEvent = z.object({ id: z.uuid(), state: z.literal('new') }).meta({ id: 'ReplayedEvent' });
