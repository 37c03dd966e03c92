import { addDuration, defineStepKind, type EventType } from '#app/domain';
import { Duration } from 'luxon';
import { z } from 'zod';
import { duration, eventType, expression, target } from '../settings-parts.js';

const MAX_EVENTS = 20;

const oneEvent = z.strictObject({
  event: eventType,
  where: expression.optional().describe('Condition that this event must meet, in place of the one for all.'),
  goto: target.optional().describe('Step to go to when this event came, in place of `then`. `end` ends the run.'),
});

const settings = z.strictObject({
  events: z
    .array(
      z.union([eventType, oneEvent], {
        error: (issue) =>
          typeof issue.input === 'string'
            ? `"${issue.input.slice(0, 60)}" is no event; write e.g. order.placed`
            : 'Write an event type, or {event, where, goto}',
      }),
    )
    .min(1, { error: 'Name at least one event' })
    .max(MAX_EVENTS, { error: `At most ${MAX_EVENTS} events` })
    .describe('Any of these events ends the wait; the first one that fits decides.'),
  where: expression.optional().describe('Condition that the event must meet, unless it has one of its own.'),
  timeout: duration.describe('How long to wait at most.'),
  // oxlint-disable-next-line unicorn/no-thenable -- the word of the document; settings are never awaited
  then: target
    .optional()
    .describe('Step to go to when the event came; the following one when left out. `end` ends the run.'),
  otherwise: target
    .optional()
    .describe('Step to go to when the time is over; the following one when left out. `end` ends the run.'),
});
type WaitForSettings = z.output<typeof settings>;

interface Way {
  readonly event: EventType;
  readonly where: string | undefined;
  readonly next: string | undefined;
}

/** Waits until something happens, or a time is over. What happened before it was entered doesn't count. */
export const waitForStep = defineStepKind<WaitForSettings>({
  code: 'wait-for',
  title: 'Wait for an event',
  settings,
  enter: ({ timeout }, context) => ({ type: 'wait', until: addDuration(context.at, timeout, context.zone) }),
  wake: ({ otherwise }) => ({ type: 'continue', next: otherwise, note: { outcome: 'timeout' } }),
  onEvent: (wait, context, event) => {
    const way = waysOf(wait).find(
      (one) => one.event === event.type && (one.where === undefined || context.holds(one.where)),
    );
    return way && { type: 'continue', next: way.next, note: { outcome: event.type } };
  },
  hears: (wait) => waysOf(wait).map(({ event, where }) => ({ event, where })),
  targets: (wait) => [...new Set([...waysOf(wait).map(({ next }) => next), wait.otherwise])].filter(isGiven),
  fallsThrough: (wait) => wait.otherwise === undefined || waysOf(wait).some(({ next }) => next === undefined),
  alwaysWaits: ({ timeout }) => Duration.fromISO(timeout).toMillis() > 0,
  expressions: ({ events, where }) => [
    ...(where === undefined ? [] : [{ place: 'where', source: where, expects: 'bool' as const }]),
    ...events.flatMap((one, index) =>
      typeof one === 'string' || one.where === undefined
        ? []
        : [{ place: `events/${index}/where`, source: one.where, expects: 'bool' as const, events: [one.event] }],
    ),
  ],
});

function waysOf({ events, where, then }: WaitForSettings): readonly Way[] {
  return events.map((one) =>
    typeof one === 'string'
      ? { event: one, where, next: then }
      : { event: one.event, where: one.where ?? where, next: one.goto ?? then },
  );
}

function isGiven(id: string | undefined): id is string {
  return id !== undefined;
}
