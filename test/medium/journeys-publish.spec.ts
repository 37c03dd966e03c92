import type { MigrationPlan } from '#app/application';
import { expectInvariants } from '../support/invariants.js';
import { aJourney, JourneyRig, NOW, send, wait } from './journeys-rig.js';

const after = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();
const plan = (steps: MigrationPlan['steps'], rest: MigrationPlan['default'] = 'keep'): MigrationPlan => ({
  default: rest,
  steps,
});

describe('publishing a version while people wait on the one before', () => {
  let rig: JourneyRig;
  beforeEach(async () => {
    rig = await JourneyRig.start('journeys-publish');
    await rig.publish(aJourney({ steps: [wait('rest', 'P7D'), send('say')] }));
    await rig.hear(...(await rig.people(3)).map((person) => rig.event(person, 'order.placed')));
  });
  afterEach(async () => {
    await expectInvariants(rig.ownerUrl);
    await rig.stop();
  });

  const key = 'thanks';
  const second = (steps = [wait('rest', 'P3D'), send('say')]) =>
    rig.drafts.run(rig.shop.id, aJourney({ steps, settings: { version: 2 } }));
  const publish = (migration: MigrationPlan) => rig.makePublisher().publish(rig.shop.id, key, migration);
  const stood = async () => (await rig.runRows()).map(({ status, step, end_reason }) => [status, step, end_reason]);
  const due = async () => [...new Set((await rig.timers()).map(({ due_at }) => due_at.toISOString()))];

  it('shows beforehand who waits where and what the plan would do, and changes nothing', async () => {
    await second([wait('sleep', 'P3D'), send('say')]);
    const before = await rig.runRows();
    const preview = await rig.makePreview().run(rig.shop.id, key, plan({ rest: { action: 'move', to: 'say' } }));
    expect(preview).toEqual({
      key,
      fromVersion: 1,
      toVersion: 2,
      waiting: [{ version: 1, step: 'rest', runs: 3, isKnown: false }],
      findings: expect.any(Array),
      outcome: { kept: 0, moved: 3, retimed: 0, exited: 0, due: 0, messages: 3 },
    });
    expect(await rig.runRows()).toEqual(before);
    expect(await rig.messages()).toEqual([]);
    expect(await rig.journeys.get(rig.shop.id, key)).toMatchObject({ liveVersion: 1 });
  });

  it('keeps them on their version when the plan says nothing else', async () => {
    await second([send('other')]);
    expect(await publish(plan({}))).toMatchObject({ state: 'live', version: 2, runs: { kept: 3 } });
    await rig.setNow(after(24 * 7));
    await rig.makeTimers().run();
    expect((await rig.messages()).map(({ step }) => step)).toEqual(['say', 'say', 'say']);
  });

  it('re-times a wait from when it began', async () => {
    await second();
    await rig.setNow(after(24));
    expect((await publish(plan({ rest: { action: 'retime' } }))).runs).toMatchObject({ retimed: 3, due: 0 });
    expect(await due()).toEqual([after(72)]);
    expect(await rig.makeTimers().run()).toMatchObject({ claimed: 0 });
    await rig.setNow(after(72));
    expect(await rig.makeTimers().run()).toMatchObject({ fired: 3, messages: 3 });
  });

  it('re-times a wait that is over by the new version to the time at which it is published', async () => {
    await second();
    await rig.setNow(after(24 * 5));
    expect((await publish(plan({ rest: { action: 'retime' } }))).runs).toMatchObject({ retimed: 3, due: 3 });
    expect(await rig.makeTimers().run()).toMatchObject({ fired: 3, messages: 3 });
  });

  it('moves them to another step, and ends those it says', async () => {
    await second([wait('sleep', 'PT1H'), send('late')]);
    expect((await publish(plan({ rest: { action: 'move', to: 'sleep' } }))).runs).toMatchObject({ moved: 3 });
    expect(await due()).toEqual([after(1)]);
    await rig.drafts.run(rig.shop.id, aJourney({ steps: [send('third')] }));
    expect((await publish(plan({}, 'exit'))).runs).toMatchObject({ exited: 3 });
    expect(await stood()).toEqual(Array.from({ length: 3 }, () => ['exited', null, 'published:3']));
    expect(await rig.timers()).toEqual([]);
  });

  it('refuses a plan that leads nowhere, and publishes nothing', async () => {
    await second([wait('sleep', 'PT1H'), send('late')]);
    for (const steps of [{ rest: { action: 'retime' as const } }, { rest: { action: 'move' as const, to: 'no' } }]) {
      await expect(publish(plan(steps))).rejects.toMatchObject({
        code: 'journey.invalid',
        faults: [{ pointer: '/migration/steps/rest' }],
      });
    }
    expect(await rig.journeys.get(rig.shop.id, key)).toMatchObject({ liveVersion: 1 });
  });

  it('goes on with the runs that are left when it is called again, each once', async () => {
    await second();
    await publish(plan({}));
    expect((await publish(plan({ rest: { action: 'retime' } }))).runs).toMatchObject({ retimed: 3 });
    expect((await publish(plan({ rest: { action: 'retime' } }))).runs).toMatchObject({ retimed: 0, kept: 0 });
  });

  it.each([
    ['re-timed', plan({ rest: { action: 'retime' } })],
    ['ended', plan({}, 'exit')],
  ])('takes back what it %s', async (_what, migration) => {
    await second();
    const dueBefore = await due();
    await publish(migration);
    expect(await rig.makePublisher().undo(rig.shop.id, key)).toEqual({ key, version: 1, restored: 3, goneOn: 0 });
    expect(await stood()).toEqual(Array.from({ length: 3 }, () => ['waiting', 'rest', null]));
    expect(await due()).toEqual(dueBefore);
    expect(await rig.journeys.get(rig.shop.id, key)).toMatchObject({ liveVersion: 1 });
    await rig.setNow(after(24 * 7));
    expect(await rig.makeTimers().run()).toMatchObject({ fired: 3, messages: 3 });
  });

  it('leaves runs that have gone on where they are, and has nothing to take back twice', async () => {
    await second();
    await publish(plan({ rest: { action: 'retime' } }));
    await rig.setNow(after(72));
    await rig.makeTimers().run();
    expect(await rig.makePublisher().undo(rig.shop.id, key)).toMatchObject({ restored: 0, goneOn: 3 });
    await expect(rig.makePublisher().undo(rig.shop.id, key)).rejects.toMatchObject({ code: 'conflict' });
    expect(await rig.messages()).toHaveLength(3);
  });
});
