import { z } from 'zod';
import type { EventType } from '../event/event.js';
import { EMPTY_CUSTOMER, emptyOrder, type OrderFacts } from '../facts/facts.js';
import type { EventView, FactsSnapshot, Json } from '../facts/view.js';
import { toInstant, toIso } from '../time/instant.js';
import { compileJourney } from './compile.js';
import type { JourneyDocument } from './document.js';
import type { JourneyPlan } from './plan.js';
import { defineStepKind, type StepKind, type StepKinds } from './step-kind.js';

const HOUR = 3_600_000;

const pause = defineStepKind<{ hours: number }>({
  code: 'pause',
  title: 'Pause',
  settings: z.strictObject({ hours: z.number({ error: 'Write a number of hours' }).min(0) }),
  enter: ({ hours }, { at }) => ({ type: 'wait', until: at + hours * HOUR }),
  alwaysWaits: ({ hours }) => hours > 0,
});

const until = defineStepKind<{ fact: string }>({
  code: 'until',
  title: 'Until',
  settings: z.strictObject({ fact: z.string() }),
  enter: ({ fact }, context) => untilFact(context.evaluate(fact)),
  onEvent: ({ fact }, context) => untilFact(context.evaluate(fact)),
  expressions: ({ fact }) => [{ place: 'fact', source: fact, expects: 'any' }],
});
const untilFact = (value: unknown) =>
  ({ type: 'wait', until: typeof value === 'string' ? toInstant(`${value}T00:00:00Z`) : null }) as const;

const say = defineStepKind<{ template: string; when?: string | undefined; channels: ('email' | 'sms')[] }>({
  code: 'say',
  title: 'Say',
  settings: z.strictObject({
    template: z.string(),
    when: z.string().optional(),
    channels: z.array(z.enum(['email', 'sms'])),
  }),
  enter: ({ template, when, channels }, context) => {
    if (when !== undefined && !context.holds(when)) return { type: 'continue' };
    return { type: 'continue', send: { template, channels, dueAt: context.at, usefulUntil: null, survey: null } };
  },
  templates: ({ template, channels }) => [{ name: template, channels }],
  expressions: ({ when }) => (when === undefined ? [] : [{ place: 'when', source: when, expects: 'bool' }]),
});

const jump = defineStepKind<{ to: string }>({
  code: 'jump',
  title: 'Jump',
  settings: z.strictObject({ to: z.string() }),
  enter: ({ to }) => ({ type: 'continue', next: to }),
  targets: ({ to }) => [to],
  fallsThrough: () => false,
});

/** Says less than it does: its loop can't be seen when the journey is compiled. */
const spin = defineStepKind<object>({
  code: 'spin',
  title: 'Spin',
  settings: z.strictObject({}),
  enter: (_, { stepId }) => ({ type: 'continue', next: stepId }),
});

const leave = defineStepKind<object>({
  code: 'leave',
  title: 'Leave',
  settings: z.strictObject({}),
  enter: () => ({ type: 'end', reason: 'enough' }),
  fallsThrough: () => false,
});

/** Tags, and says what it was told of tags. */
const label = defineStepKind<{ tag: string; and?: string | undefined }>({
  code: 'label',
  title: 'Label',
  settings: z.strictObject({ tag: z.string(), and: z.string().optional() }),
  enter: ({ tag, and }) => ({
    type: 'continue',
    acts: [
      { type: 'tag', tag, isOn: true },
      ...(and === undefined ? [] : [{ type: 'set' as const, attribute: and, value: tag }]),
    ],
  }),
});

const draw = defineStepKind<object>({
  code: 'draw',
  title: 'Draw',
  settings: z.strictObject({}),
  holdsOut: true,
  enter: (_, { customerId, journeyKey }) => ({
    type: 'continue',
    holdOut: true,
    acts: [{ type: 'assign', arm: `${journeyKey} ${customerId}` }],
  }),
});

const other = defineStepKind<{ journey: string }>({
  code: 'other',
  title: 'Other',
  settings: z.strictObject({ journey: z.string() }),
  enter: ({ journey }) => ({ type: 'continue', acts: [{ type: 'start', journey }] }),
  journeys: ({ journey }) => [journey],
});

const ALL: readonly StepKind[] = [pause, until, say, jump, spin, leave, label, draw, other];

/** Step kinds small enough to see through. */
export const simpleKinds: StepKinds = { find: (code) => ALL.find((kind) => kind.code === code), list: () => ALL };

export function aDocument(extra: Partial<JourneyDocument> = {}): JourneyDocument {
  return {
    key: 'test',
    title: 'Test',
    class: 'service',
    trigger: { event: 'order.placed' },
    entry: { key: 'order.id', reentry: 'never' },
    exitOn: [],
    settings: {},
    steps: [
      { id: 'rest', kind: 'pause', settings: { hours: 2 } },
      { id: 'hello', kind: 'say', settings: { template: 'hello', channels: ['email'] } },
    ],
    templates: { hello: { en: { subject: 'Hello', mjml: '<mj-text>Hello</mj-text>', sms: 'Hello' } } },
    ...extra,
  };
}

export function aPlan(extra: Partial<JourneyDocument> = {}): JourneyPlan {
  const compiled = compileJourney(aDocument(extra), simpleKinds);
  if ('faults' in compiled) throw new Error(JSON.stringify(compiled.faults));
  return compiled.plan;
}

export function aSnapshot(order: Partial<OrderFacts> | null = {}, ordinal = 1): FactsSnapshot {
  return {
    shop: { id: 'shop', name: 'Shop', timeZone: 'Europe/Paris', currency: 'EUR', locale: 'en' },
    customerId: 'c1',
    customer: { ...EMPTY_CUSTOMER, timeZone: 'Not/AZone' },
    orderCount: ordinal,
    order: order && { ...emptyOrder('1001'), ...order },
    position: { ordinal },
  };
}

export function anEvent(type: EventType, at: string, data: Json = {}): EventView {
  return { id: `${type}@${at}`, type, occurredAt: toIso(toInstant(at)), data };
}
