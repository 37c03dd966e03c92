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
  type StepDocument,
  toInstant,
  toIso,
} from '#app/domain';
import fc from 'fast-check';
import { stepKinds } from './registry.js';

const START = toInstant('2026-03-27T09:00:00Z');
const MINUTE = 60_000;
const CONDITIONS = [
  'order.promisedDate != null',
  'order.cancelled',
  'order.total.amount > 5',
  'order.ordinal + 1 > 1',
  'order.lines[0].title == "x"',
];

const condition = fc.constantFrom(...CONDITIONS);
const hours = fc.constantFrom('PT1H', 'PT36H', 'P1D', 'P7D', 'PT0S');
const settings: Record<string, (target: string) => fc.Arbitrary<object>> = {
  wait: () =>
    fc.oneof(
      hours.map((length) => ({ for: length })),
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
      events: fc.constant(['order.updated']),
      timeout: fc.constantFrom('PT2H', 'P3D'),
      // oxlint-disable-next-line unicorn/no-thenable -- the word of the document; settings are never awaited
      then: fc.constant(target),
    }),
  branch: (target) => condition.map((when) => ({ cases: [{ when, goto: target }] })),
  send: () => condition.map((when) => ({ template: 't', channels: ['email'], when, usefulFor: 'P2D' })),
};

/** Any wait may lead back; a branch only leads on, since a loop must hold a wait. */
const steps: fc.Arbitrary<StepDocument[]> = fc
  .array(
    fc.tuple(fc.constantFrom('wait', 'wait-for', 'branch', 'send'), fc.nat(), fc.integer({ min: 0, max: 2 ** 31 - 1 })),
    { minLength: 1, maxLength: 8 },
  )
  .chain((kinds) =>
    fc.tuple(
      ...kinds.map(([kind, aim], index) => {
        const ids = kinds.map((_, other) => `s${other}`);
        const targets = kind === 'branch' ? [...ids.slice(index + 1), 'end'] : [...ids, 'end'];
        const target = targets[aim % targets.length] as string;
        const arbitrary = (settings[kind] as (target: string) => fc.Arbitrary<object>)(target);
        return arbitrary.map((own) => ({ id: `s${index}`, kind, settings: own as StepDocument['settings'] }));
      }),
    ),
  );

interface Told {
  readonly type: 'order.updated' | 'order.cancelled' | 'order.paid' | 'wake';
  readonly afterMinutes: number;
  readonly lateMinutes: number;
  readonly promisedDate: string | undefined;
}
const told: fc.Arbitrary<Told> = fc.record({
  type: fc.constantFrom('order.updated', 'order.cancelled', 'order.paid', 'wake', 'wake'),
  afterMinutes: fc.integer({ min: 0, max: 3000 }),
  lateMinutes: fc.integer({ min: -60, max: 600 }),
  promisedDate: fc.constantFrom(undefined, '2026-03-28', '2026-03-29', '2026-04-02'),
});

function planOf(list: readonly StepDocument[]): JourneyPlan {
  const document: JourneyDocument = {
    key: 'any',
    title: 'Any',
    class: 'service',
    trigger: { event: 'order.placed' },
    entry: { key: 'order.id', reentry: 'never' },
    exitOn: [{ event: 'order.cancelled', where: 'order.promisedDate != null' }],
    goal: { event: 'order.paid', within: 'P2D' },
    settings: {},
    steps: list,
    templates: { t: { en: { subject: 's', mjml: 'm' } } },
  };
  const compiled = compileJourney(document, stepKinds);
  if ('faults' in compiled) throw new Error(JSON.stringify(compiled.faults));
  return compiled.plan;
}

interface Lived {
  readonly before: RunState | null;
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

function snapshotOf(person: PersonFacts): FactsSnapshot {
  return {
    shop: { id: 'shop', name: 'Shop', timeZone: 'Europe/Paris', currency: 'EUR', locale: 'en' },
    customerId: 'c',
    customer: { ...person.customer, timeZone: 'America/New_York' },
    orderCount: 1,
    order: person.orders['1'] ?? null,
    position: { ordinal: 1 },
  };
}

const viewOf = ({ id, type, occurredAt, data }: DomainEvent): EventView => ({
  id,
  type,
  occurredAt,
  data: data as EventView['data'],
});

/** Lives one run through what it is told; every decision is taken twice and must be the same. */
function live(plan: JourneyPlan, story: readonly Told[]): Lived[] {
  let now = START;
  let person = applyEvent(NOBODY, domainEvent('order.placed', now, {}));
  const first = enter(plan, viewOf(domainEvent('order.placed', now, {})), snapshotOf(person), now);
  if (!first.entered) throw new Error(first.reason);
  const lived: Lived[] = [{ before: null, decision: first.decision }];
  let run = first.decision.run;
  let wakeAt = wakeOf(first.decision);
  for (const { type, afterMinutes, lateMinutes, promisedDate } of story) {
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
    const decision = decide(plan, run, input, snapshotOf(person), now);
    expect(JSON.stringify(decide(plan, run, input, snapshotOf(person), now))).toBe(JSON.stringify(decision));
    lived.push({ before: run, decision });
    run = decision.run;
    wakeAt = run.status === 'waiting' ? (wakeOf(decision) ?? wakeAt) : null;
  }
  return lived;
}

function wakeOf({ effects }: Decision): number | null {
  const wakes = effects.filter((effect) => effect.type === 'wake');
  expect(wakes.length).toBeLessThanOrEqual(1);
  return wakes[0]?.at ?? null;
}

const check = (property: (lived: readonly Lived[]) => void): void =>
  fc.assert(
    fc.property(steps, fc.array(told, { maxLength: 15 }), (list, story) => property(live(planOf(list), story))),
    { numRuns: 150 },
  );

describe('any journey', () => {
  it('waits or is over after each decision, and says so once', () => {
    check((lived) => {
      for (const { before, decision } of lived) {
        const { status, step } = decision.run;
        expect(['waiting', 'completed', 'exited']).toContain(status);
        expect(step === null).toBe(status !== 'waiting');
        const isOverNow = status !== 'waiting' && before?.status !== status;
        expect(decision.effects.filter(({ type }) => type === 'finish')).toHaveLength(isOverNow ? 1 : 0);
      }
    });
  });

  it('numbers its journal without gaps', () => {
    check((lived) => {
      const journal = lived.flatMap(({ decision }) => decision.journal);
      expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => index));
      expect(lived.at(-1)?.decision.run.seq).toBe(journal.length);
    });
  });

  it('sends at most once for each visit to a step', () => {
    check((lived) => {
      const keys = lived.flatMap(({ decision }) =>
        decision.effects.flatMap((effect) => (effect.type === 'send' ? [`${effect.step} ${effect.visit}`] : [])),
      );
      expect(new Set(keys).size).toBe(keys.length);
    });
  });

  it('never goes back in time, nor wakes earlier than it has come', () => {
    check((lived) => {
      for (const { before, decision } of lived) {
        expect(decision.run.at).toBeGreaterThanOrEqual(before?.at ?? START);
        const { at } = decision.run;
        const early = decision.effects.filter((effect) => effect.type === 'wake' && effect.at < at);
        const shifted = decision.effects.filter((effect) => effect.type === 'send' && effect.dueAt !== at);
        expect([early, shifted]).toEqual([[], []]);
      }
    });
  });
});
