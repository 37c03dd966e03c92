import {
  applyEvent,
  compileJourney,
  decide,
  type Decision,
  type DomainEvent,
  enter,
  type EventView,
  type FactsSnapshot,
  type JourneyDocument,
  type JourneyPlan,
  NOBODY,
  type PersonFacts,
  type RunInput,
  type RunState,
  snapshotOf,
  type StepDocument,
  toInstant,
  toIso,
} from '#app/domain';
import fc from 'fast-check';
import { stepKinds } from '../registry.js';

export const START = toInstant('2026-03-27T09:00:00Z');
const MINUTE = 60_000;
const CONDITIONS = [
  'order.promisedDate != null',
  'order.cancelled',
  'order.total.amount > 5',
  'order.ordinal + 1 > 1',
  'order.lines[0].title == "x"',
  '"vip" in customer.tags',
  'customer.attributes.seen == run.visit',
];
const VALUES = ['order.promisedDate', 'order.total.amount', 'run.visit', 'order.parcels[0].id', 'customer', '1 / 0'];

/** Half of the time one that holds, so that runs get somewhere. */
const condition = fc.oneof(fc.constantFrom(...CONDITIONS), fc.constant('order.placed'));
const value = fc.constantFrom(...VALUES);
const lengths = fc.constantFrom('PT1H', 'PT36H', 'P1D', 'P7D', 'PT0S');

/** Settings of each kind; `target` is a step that it may go to. */
const SETTINGS: Readonly<Record<string, (target: string) => fc.Arbitrary<object>>> = {
  wait: () =>
    fc.oneof(
      lengths.map((length) => ({ for: length })),
      fc.integer({ min: 0, max: 3 }).map((businessDays) => ({ businessDays, holidays: ['2026-03-30'] })),
      fc
        .constantFrom(null, { from: '09:00', to: '19:00' }, { from: '22:00', to: '02:30', days: ['sun'] })
        .map((window) => ({ window })),
      fc.record({
        until: fc.constant('order.promisedDate'),
        at: fc.constantFrom('end-of-day', '02:30'),
        otherwise: fc.constantFrom('wait', 'pass', 'end'),
      }),
    ),
  'wait-for': (target) =>
    fc.record({
      events: fc.constantFrom(
        ['order.updated'],
        [{ event: 'order.paid', where: CONDITIONS[2] ?? '', goto: target }],
        ['order.updated', { event: 'order.paid', goto: 'end' }],
      ),
      timeout: fc.constantFrom('PT2H', 'P3D'),
      // oxlint-disable-next-line unicorn/no-thenable -- the word of the document; settings are never awaited
      then: fc.constant(target),
    }),
  branch: (target) => condition.map((when) => ({ cases: [{ when, goto: target }] })),
  split: (target) =>
    fc.record({ one: fc.nat(3), two: fc.nat(3) }).map(({ one, two }) => ({
      arms: [
        { arm: 'one', weight: one, goto: target },
        { arm: 'two', weight: two + 1 },
      ],
    })),
  'hold-out': () => fc.constantFrom(0, 10, 50, 100).map((percent) => ({ percent })),
  send: () => condition.map((when) => ({ template: 't', channels: ['email'], when, usefulFor: 'P2D' })),
  ask: () =>
    condition.map((when) => ({
      survey: { key: 'nps', metric: 'nps', question: { en: 'How likely?' } },
      template: 't',
      channels: ['email', 'sms'],
      when,
    })),
  'set-attribute': () => value.map((from) => ({ attribute: 'seen', from })),
  tag: () => fc.constantFrom({ add: ['vip', 'seen'] }, { remove: ['vip'] }, { add: ['seen'], remove: ['vip'] }),
  'award-points': () => fc.oneof(fc.integer({ min: 1, max: 9 }), value).map((points) => ({ points, reason: 'random' })),
  'open-case': () => fc.constant({ topic: 'random', title: 'Random' }),
  promise: () =>
    fc.oneof(
      value.map((due) => ({ what: 'delivery', due })),
      lengths.map((length) => ({ what: 'delivery', in: length })),
    ),
  'call-webhook': () => value.map((field) => ({ url: 'https://shop.example/hook', payload: { field } })),
  'start-journey': () => fc.constant({ journey: 'other' }),
  'stop-journey': () => fc.constant({ journey: 'other' }),
  exit: () => fc.constant({}),
};
export const RANDOM_KINDS = Object.keys(SETTINGS);
/** Kinds that only ever lead on, so that the following step is reached whatever is drawn; `exit` comes last. */
const WITHIN = [
  ...RANDOM_KINDS.filter((kind) => kind !== 'exit'),
  'wait',
  'wait-for',
  'wait-for',
  'hold-out',
  'send',
  'send',
];

/** A wait for an event may lead back; whatever else jumps only leads on, since a loop must hold a wait. */
const steps: fc.Arbitrary<StepDocument[]> = fc
  .tuple(fc.array(fc.tuple(fc.constantFrom(...WITHIN), fc.nat()), { minLength: 1, maxLength: 10 }), fc.boolean())
  .chain(([drawn, exits]) => {
    const kinds = exits ? [...drawn, ['exit', 0] as const] : drawn;
    const ids = kinds.map((_, index) => `s${index}`);
    return fc.tuple(
      ...kinds.map(([kind, aim], index) => {
        const targets = kind === 'wait-for' ? [...ids, 'end'] : [...ids.slice(index + 1), 'end'];
        const target = targets[aim % targets.length] as string;
        const arbitrary = (SETTINGS[kind] as (target: string) => fc.Arbitrary<object>)(target);
        return arbitrary.map((own) => ({
          id: ids[index] as string,
          kind,
          settings: own as StepDocument['settings'],
        }));
      }),
    );
  });

export const anyPlan: fc.Arbitrary<JourneyPlan> = fc
  .tuple(steps, fc.constantFrom('service', 'marketing'), fc.constantFrom(null, 'before-send', 'every-step'))
  .map(([list, kind, recheck]) => {
    const when = 'order.placed && !order.refunded';
    const document: JourneyDocument = {
      key: 'any',
      title: 'Any',
      class: kind,
      trigger: { event: 'order.placed' },
      audience: recheck === null ? when : { when, recheck },
      entry: { key: 'order.id', reentry: 'never' },
      exitOn: [{ event: 'order.cancelled', where: 'order.promisedDate != null' }],
      goal: { event: 'order.paid', within: 'P2D' },
      holdOut: 'none',
      settings: {},
      steps: list,
      templates: { t: { en: { subject: 's', mjml: 'm', sms: 's' } } },
    };
    const compiled = compileJourney(document, stepKinds);
    if ('faults' in compiled) throw new Error(JSON.stringify(compiled.faults));
    return compiled.plan;
  });

interface Told {
  readonly type: 'order.updated' | 'order.cancelled' | 'order.paid' | 'order.refunded' | 'wake';
  readonly afterMinutes: number;
  readonly lateMinutes: number;
  readonly promisedDate: string | undefined;
}
export interface Story {
  readonly customerId: string;
  readonly told: readonly Told[];
}
export const anyStory: fc.Arbitrary<Story> = fc.record({
  customerId: fc.nat(50).map((number) => `customer-${number}`),
  told: fc.array(
    fc.record({
      type: fc.constantFrom('order.updated', 'order.cancelled', 'order.paid', 'order.refunded', 'wake', 'wake', 'wake'),
      afterMinutes: fc.integer({ min: 0, max: 3000 }),
      lateMinutes: fc.integer({ min: -60, max: 600 }),
      promisedDate: fc.constantFrom(undefined, '2026-03-28', '2026-03-29', '2026-04-02'),
    }),
    { maxLength: 15 },
  ),
});

export interface Lived {
  readonly before: RunState | null;
  readonly input: RunInput;
  readonly snapshot: FactsSnapshot;
  readonly now: number;
  readonly decision: Decision;
}

function domainEvent(type: DomainEvent['type'], at: number, data: object): DomainEvent {
  const occurredAt = toIso(at);
  return {
    id: `${type}-${at}`,
    type,
    occurredAt,
    receivedAt: occurredAt,
    customer: { email: 'a@example.com' },
    order: { externalId: '1' },
    data,
  } as DomainEvent;
}

const SHOP = { id: 'shop', name: 'Shop', timeZone: 'Europe/Paris', currency: 'EUR', locale: 'en' };

function factsOf({ customer, orders }: PersonFacts, customerId: string): FactsSnapshot {
  const inZone = { orders, customer: { ...customer, timeZone: 'America/New_York' } };
  return snapshotOf(inZone, { shop: SHOP, customerId, orderId: '1' });
}

const viewOf = ({ id, type, occurredAt, data }: DomainEvent): EventView => ({
  id,
  type,
  occurredAt,
  data: data as EventView['data'],
});

/** Lives one run through what it is told, as the worker would. */
export function live(plan: JourneyPlan, { customerId, told }: Story): readonly Lived[] {
  let now = START;
  const placed = domainEvent('order.placed', now, {});
  let person = applyEvent(NOBODY, placed);
  const snapshot = factsOf(person, customerId);
  const first = enter(plan, viewOf(placed), snapshot, now);
  if (!first.entered) throw new Error(first.reason);
  const lived: Lived[] = [
    { before: null, input: { type: 'entered', event: viewOf(placed) }, snapshot, now, decision: first.decision },
  ];
  let run = first.decision.run;
  let wakeAt = wakeOf(first.decision);
  for (const { type, afterMinutes, lateMinutes, promisedDate } of told) {
    let input: RunInput;
    if (type === 'wake') {
      if (wakeAt === null) continue;
      now = Math.max(now, wakeAt);
      input = { type: 'woke', dueAt: wakeAt };
    } else {
      now += afterMinutes * MINUTE;
      const event = domainEvent(type, now - lateMinutes * MINUTE, promisedDate === undefined ? {} : { promisedDate });
      person = applyEvent(person, event);
      input = { type: 'event', event: viewOf(event) };
    }
    const facts = factsOf(person, customerId);
    const decision = decide(plan, run, input, facts, now);
    lived.push({ before: run, input, snapshot: facts, now, decision });
    run = decision.run;
    wakeAt = run.status === 'waiting' ? (wakeOf(decision) ?? wakeAt) : null;
  }
  return lived;
}

function wakeOf({ effects }: Decision): number | null {
  const wakes = effects.filter((effect) => effect.type === 'wake');
  if (wakes.length > 1) throw new Error('A decision wakes its run once.');
  return wakes[0]?.at ?? null;
}
