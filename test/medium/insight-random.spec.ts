import { ReadFunnel } from '#app/application';
import type { EventType } from '#app/domain';
import { PgFactsReader, PgHousekeeping, PgVisits } from '#app/persistence';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { expectInvariants } from '../support/invariants.js';
import { aJourney, JourneyRig, NOW, type Person } from './journeys-rig.js';
import { settleByHand } from './outcome-by-hand.js';
import { anySteps } from './random-steps.js';

jest.setTimeout(180_000);
const HISTORIES = Number(process.env['AFTERGLOW_HISTORIES'] ?? 30);
const PEOPLE = 4;
const HOUR = 3_600_000;

type Happening =
  | { readonly type: 'event'; readonly event: EventType; readonly who: number; readonly withOrder: boolean }
  | { readonly type: 'time'; readonly hours: number }
  | { readonly type: 'delivery'; readonly state: string; readonly reason: string | null }
  | { readonly type: 'pause' | 'resume' | 'publish' | 'note' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('event' as const),
      event: fc.constantFrom<EventType>(
        'order.placed',
        'order.placed',
        'order.updated',
        'order.paid',
        'order.cancelled',
      ),
      who: fc.nat(PEOPLE - 1),
      withOrder: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 100 }).map((hours) => ({ type: 'time' as const, hours })) },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(
        ['sent', null],
        ['sent', null],
        ['unknown', 'no-answer'],
        ['failed', 'gave-up'],
        ['suppressed', 'opted-out'],
      )
      .map(([state, reason]) => ({
        type: 'delivery' as const,
        state: state as string,
        reason: reason as string | null,
      })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('pause', 'resume', 'publish', 'note').map((type) => ({ type }) as Happening),
  },
);

describe('any journey through any history', () => {
  let rig: JourneyRig;
  let now = Date.parse(NOW);
  let told = 0;
  let noted = 0;
  let house: PgHousekeeping;
  beforeAll(async () => {
    rig = await JourneyRig.start('random');
    house = new PgHousekeeping(rig.dataSource, 90);
  });
  afterAll(() => rig.stop());

  async function pass(hours: number): Promise<void> {
    now += hours * HOUR;
    await rig.setNow(new Date(now).toISOString());
    await rig.query('select app.ensure_partitions(app.now())');
    for (let round = 0; round < 5; round += 1) await rig.makeTimers().run();
  }

  async function happen(key: string, people: readonly Person[], what: Happening): Promise<void> {
    const occurredAt = new Date(now).toISOString();
    if (what.type === 'time') await pass(what.hours);
    else if (what.type === 'event') {
      const { event, who, withOrder } = what;
      await rig.hear(
        rig.event(people[who] as Person, event, { occurredAt, withOrder: withOrder || event === 'order.placed' }),
      );
    } else if (what.type === 'delivery')
      await settleByHand(rig, `select id from app.message where state = 'queued' order by id desc limit 3`, what);
    else if (what.type === 'note') noted += (await house.foldEnded()) + (await house.foldWaiting());
    else if (what.type === 'publish') await rig.goLive(key);
    else await rig.states[what.type](rig.shop.id, key);
  }

  it('leaves every visit accounted for, in numbers and in lists', async () => {
    const funnels = new ReadFunnel(rig.unitOfWork, new PgVisits(), new PgFactsReader());
    const states = new Set<string>();
    let visits = 0;
    await fc.assert(
      fc.asyncProperty(anySteps, fc.array(happening, { minLength: 10, maxLength: 30 }), async (steps, history) => {
        const key = `any-${(told += 1)}`;
        const messageClass = told % 2 === 0 ? 'service' : 'review';
        await rig.publishUnchecked(
          aJourney({ key, class: messageClass, steps, exitOn: [{ event: 'order.cancelled' }] }),
        );
        const consents = { email: { state: 'opted_in', at: NOW, proof: null, statements: {} } } as const;
        const people = [...(await rig.people(PEOPLE - 1, { consents })), await rig.person()];
        await rig.hear(...people.map((person) => rig.event(person, 'order.placed')));
        for (const what of history) await happen(key, people, what);
        await expectInvariants(rig.ownerUrl);
        const funnel = await funnels.run(rig.shop.id, key, {});
        const { items } = await funnels.people(rig.shop.id, key, {}, { cursor: null, limit: 10_000 });
        for (const step of funnel.steps) {
          const listed = items.filter((visit) => visit.step === step.step);
          expect([step.step, listed.length]).toEqual([step.step, step.entered]);
          for (const [state, count] of Object.entries(step)) {
            if (typeof count !== 'object' || count === null) continue;
            for (const [reason, n] of Object.entries(count as Record<string, number>)) {
              expect(listed.filter((visit) => visit.state === state && visit.reason === reason)).toHaveLength(n);
              states.add(`${state}(${reason})`);
            }
          }
          for (const state of ['sent', 'passed', 'heldOut'] as const) {
            expect(listed.filter((visit) => visit.state === state)).toHaveLength(step[state]);
            if (step[state] > 0) states.add(state);
          }
          visits += step.entered;
        }
        await rig.states.archive(rig.shop.id, key);
        await expectInvariants(rig.ownerUrl);
      }),
      { numRuns: HISTORIES, endOnFailure: true },
    );
    process.stderr.write(`insight: ${HISTORIES} histories, ${visits} visits: ${[...states].toSorted().join(', ')}\n`);
    expect(visits).toBeGreaterThan(HISTORIES);
    expect(noted).toBeGreaterThan(0);
  });
});
