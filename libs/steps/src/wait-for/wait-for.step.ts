import { addDuration, defineStepKind } from '#app/domain';
import { Duration } from 'luxon';
import { z } from 'zod';
import { duration, eventType, expression, target } from '../settings-parts.js';

const settings = z.strictObject({
  events: z
    .array(eventType)
    .min(1, { error: 'Name at least one event' })
    .describe('Any of these events ends the wait.'),
  where: expression.optional().describe('Condition that the event must meet.'),
  timeout: duration.describe('How long to wait at most.'),
  // oxlint-disable-next-line unicorn/no-thenable -- the word of the document; settings are never awaited
  then: target
    .optional()
    .describe('Step to go to when the event came; the following one when left out. `end` ends the run.'),
  otherwise: target
    .optional()
    .describe('Step to go to when the time is over; the following one when left out. `end` ends the run.'),
});

/** Waits until something happens, or a time is over. What happened before it was entered doesn't count. */
export const waitForStep = defineStepKind<z.output<typeof settings>>({
  code: 'wait-for',
  title: 'Wait for an event',
  settings,
  enter: ({ timeout }, context) => ({ type: 'wait', until: addDuration(context.at, timeout, context.zone) }),
  wake: ({ otherwise }) => ({ type: 'continue', next: otherwise, note: { outcome: 'timeout' } }),
  onEvent: ({ events, where, then }, context, event) => {
    if (!events.includes(event.type) || (where !== undefined && !context.holds(where))) return undefined;
    return { type: 'continue', next: then, note: { outcome: event.type } };
  },
  targets: ({ then, otherwise }) => [then, otherwise].filter((id) => id !== undefined),
  fallsThrough: ({ then, otherwise }) => then === undefined || otherwise === undefined,
  alwaysWaits: ({ timeout }) => Duration.fromISO(timeout).toMillis() > 0,
  expressions: ({ where }) => (where === undefined ? [] : [{ place: 'where', source: where, expects: 'bool' }]),
});
