import type { MigrationPlan } from '#app/application';
import type { StepDocument } from '#app/domain';
import fc from 'fast-check';
import { expectInvariants } from '../support/invariants.js';
import { aJourney, JourneyRig, NOW, send, step, wait } from './journeys-rig.js';

const PEOPLE = 1_000;
const DAY_HOURS = 24;
const key = 'thanks';
const after = (days: number): string => new Date(Date.parse(NOW) + days * DAY_HOURS * 3_600_000).toISOString();

const STEPS: readonly StepDocument[] = [
  wait('first', 'P7D'),
  step('paid', 'wait-for', { events: ['order.paid'], timeout: 'P90D' }),
  wait('last', 'P30D'),
];
const IDS = STEPS.map(({ id }) => id);

type Fate = MigrationPlan['steps'][string];
interface Change {
  readonly steps: readonly StepDocument[];
  readonly plan: MigrationPlan;
}

/** A new version that keeps some of the steps, and a plan that leads only to steps it has. */
const change: fc.Arbitrary<Change> = fc.subarray([...STEPS]).chain((kept) => {
  const steps = [...kept, wait('new', 'P2D'), send('say')];
  const has = new Set(steps.map(({ id }) => id));
  const waits = [...has].filter((id) => id !== 'say');
  const fate = (id: string): fc.Arbitrary<Fate | null> =>
    fc.oneof(
      fc.constantFrom<Fate | null>(null, { action: 'keep' }, { action: 'exit' }),
      // what is sent can't be taken back, so only some come to it: the others are needed for the next plan
      fc.constantFrom(...waits, ...(id === 'last' ? ['say'] : [])).map((to): Fate => ({ action: 'move', to })),
      ...(has.has(id) ? [fc.constant<Fate>({ action: 'retime' })] : []),
    );
  return fc
    .record({ rest: fc.constantFrom('keep' as const, 'exit' as const), fates: fc.tuple(...IDS.map(fate)) })
    .map(({ rest, fates }): Change => {
      const named = IDS.flatMap((id, index) => (fates[index] ? [[id, fates[index]] as const] : []));
      return { steps, plan: { default: rest, steps: Object.fromEntries(named) } };
    });
});

interface Row {
  readonly id: string;
  readonly status: string;
  readonly step: string | null;
  readonly version_id: string;
  readonly due_at: string | null;
}

describe('publishing with any plan while a thousand people wait', () => {
  let rig: JourneyRig;
  let told = 0;
  beforeAll(async () => {
    rig = await JourneyRig.start('publish-random');
    await rig.publish(aJourney({ steps: [...STEPS, send('say')] }));
    const people = await rig.people(PEOPLE);
    const early = people.slice(0, (PEOPLE * 2) / 3);
    const orders = (some: typeof people, days: number) =>
      rig.hear(...some.map((person) => rig.event(person, 'order.placed', { occurredAt: after(days) })));
    await orders(early, 0);
    await rig.setNow(after(7));
    while ((await rig.makeTimers().run()).claimed > 0);
    const paid = early.filter((_, index) => index % 2 === 0);
    await rig.hear(...paid.map((person) => rig.event(person, 'order.paid', { occurredAt: after(7) })));
    await orders(people.slice(early.length), 7);
  }, 120_000);
  afterAll(() => rig.stop());

  const rows = () =>
    rig.query<Row>(
      `select r.id, r.status, r.step, r.version_id, t.due_at::text
       from app.journey_run r left join app.timer t on t.shop_id = r.shop_id and t.run_id = r.id order by r.id`,
    );
  const waiting = (all: readonly Row[]) => all.filter(({ status }) => status === 'waiting');

  it('loses nobody, and undo brings back whoever has not gone on', async () => {
    const fates = new Set<string>();
    await fc.assert(
      fc.asyncProperty(change, async ({ steps, plan }) => {
        const before = await rows();
        await rig.drafts.run(rig.shop.id, aJourney({ steps: [...steps], settings: { version: (told += 1) } }));
        const { runs } = await rig.makePublisher().publish(rig.shop.id, key, plan);
        const taken = runs.moved + runs.retimed + runs.exited;
        expect(runs.kept + taken).toBe(waiting(before).length);
        const between = await rows();
        expect(between).toHaveLength(PEOPLE);
        expect(waiting(between).filter(({ due_at }) => due_at === null)).toEqual([]);
        await expectInvariants(rig.ownerUrl);

        const undone = await rig.makePublisher().undo(rig.shop.id, key);
        const restored = await rows();
        const isBack = (row: Row, index: number): boolean => JSON.stringify(row) === JSON.stringify(before[index]);
        expect(restored.filter(isBack)).toHaveLength(PEOPLE - (taken - undone.restored));
        await expectInvariants(rig.ownerUrl);
        for (const [fate, count] of Object.entries({ ...runs, ...undone })) if (Number(count) > 0) fates.add(fate);
      }),
      { numRuns: 12, endOnFailure: true },
    );
    expect([...fates]).toEqual(expect.arrayContaining(['kept', 'moved', 'exited', 'restored']));
  }, 120_000);
});
