import { aJourney, JourneyRig, NOW, type Person, send, step, wait } from './journeys-rig.js';

const after = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();

let rig: JourneyRig;
beforeEach(async () => {
  rig = await JourneyRig.start('acts');
});
afterEach(() => rig.stop());

const fire = async (iso: string) => {
  await rig.setNow(iso);
  return rig.makeTimers().run();
};

describe('starting and stopping other journeys', () => {
  const starter = (more: object = {}) =>
    aJourney({ key: 'first', steps: [step('go', 'start-journey', { journey: 'second' })], ...more });
  const second = (more: object = {}) =>
    aJourney({
      key: 'second',
      trigger: { event: 'return.requested' },
      steps: [wait('w', 'PT1H'), send('say')],
      ...more,
    });
  const ends = async () => {
    const keys = await rig.query<{ id: string; key: string }>('select id, key from app.journey');
    return (await rig.runRows()).map((run) => [
      keys.find(({ id }) => id === run.journey_id)?.key,
      run.status,
      run.end_reason,
    ]);
  };

  it('enters with the order of the run, from the time of the step on', async () => {
    await rig.publish(second());
    await rig.publish(starter({ steps: [wait('w', 'PT5H'), ...starter().steps] }));
    const person = await rig.person();
    await rig.hear(rig.event(person, 'order.placed'));
    await fire(after(5));
    expect(await ends()).toEqual([
      ['first', 'completed', 'end'],
      ['second', 'waiting', null],
    ]);
    expect(await rig.timers()).toMatchObject([{ due_at: new Date(after(6)) }]);
    const run = (await rig.runRows())[1];
    expect(run).toMatchObject({ entry_key: person.externalOrderId, state: { entry: { type: 'order.placed' } } });
    const [entered] = await rig.runs.journal(rig.shop.id, run?.id ?? '');
    expect(entered?.data['startedBy']).toMatchObject({ journey: 'first' });
  });

  it('is refused with its reason by audience, used key and a journey that is not live', async () => {
    await rig.publish(starter());
    const reason = async (person: Person) => {
      await rig.hear(rig.event(person, 'order.placed'));
      const run = (await rig.runRows()).find((row) => row.entry_key === person.externalOrderId);
      const journal = await rig.runs.journal(rig.shop.id, run?.id ?? '');
      return journal.flatMap((line) => (line.kind === 'act' ? line.data['refused'] : []));
    };
    expect(await reason(await rig.person())).toEqual(['not-live']);
    await rig.publish(second({ audience: 'order.isGift' }));
    expect(await reason(await rig.person())).toEqual(['audience']);
    await rig.publish(second({ entry: { key: '"one for all"', reentry: 'never' } }));
    expect(await reason(await rig.person())).toEqual([]);
    expect(await reason(await rig.person())).toEqual(['entered-before']);
  });

  it('reaches events that follow in the same batch', async () => {
    await rig.publish(second({ exitOn: [{ event: 'order.cancelled' }] }));
    await rig.publish(starter());
    const person = await rig.person();
    await rig.hear(rig.event(person, 'order.placed'), rig.event(person, 'order.cancelled'));
    expect(await ends()).toContainEqual(['second', 'exited', 'exit:order.cancelled']);
  });

  it('comes to an end when journeys start each other for ever', async () => {
    const loop = (key: string, journey: string) =>
      aJourney({
        key,
        entry: { key: 'order.id', reentry: 'after-end' },
        steps: [step('go', 'start-journey', { journey })],
      });
    await rig.publish({ ...loop('b', 'a'), trigger: { event: 'return.requested' } });
    await rig.publishUnchecked(loop('a', 'b'));
    const person = await rig.person();
    await rig.hear(rig.event(person, 'order.placed'));
    const all = await ends();
    expect(all.filter(([, status]) => status === 'failed')).toEqual([
      [expect.any(String), 'failed', 'failed:journey.endless'],
    ]);
    expect(all).toHaveLength(52);
  });

  it('ends the waiting runs of the same order, their timers and what they still had to say', async () => {
    await rig.publish(
      second({ trigger: { event: 'order.placed' }, steps: [send('say'), wait('w', 'PT9H'), send('more')] }),
    );
    await rig.publish(
      aJourney({
        key: 'stopper',
        trigger: { event: 'order.paid' },
        steps: [step('halt', 'stop-journey', { journey: 'second' })],
      }),
    );
    const [one, other] = await rig.people(2);
    if (!one || !other) throw new Error('two people');
    await rig.hear(rig.event(one, 'order.placed'), rig.event(other, 'order.placed'));
    await rig.hear(rig.event(one, 'order.paid'));
    expect(await ends()).toEqual([
      ['second', 'exited', 'stopped:stopper'],
      ['second', 'waiting', null],
      ['stopper', 'completed', 'end'],
    ]);
    expect(await rig.timers()).toHaveLength(1);
    expect((await rig.messages()).map(({ state, reason }) => [state, reason]).toSorted()).toEqual([
      ['queued', null],
      ['suppressed', 'run-exited'],
    ]);
  });

  it('by a timer ends a run whose own timer is due at the same time', async () => {
    await rig.publish(
      aJourney({ key: 'a', steps: [wait('w', 'PT1H'), step('halt', 'stop-journey', { journey: 'b' })] }),
    );
    await rig.publish(aJourney({ key: 'b', steps: [wait('w', 'PT2H'), send('say')] }));
    const person = await rig.person();
    await rig.hear(rig.event(person, 'order.placed'));
    expect(await fire(after(3))).toMatchObject({ dead: 0 });
    expect(await ends()).toEqual([
      ['a', 'completed', 'end'],
      ['b', 'exited', 'stopped:a'],
    ]);
    expect([await rig.timers(), await rig.messages()]).toEqual([[], []]);
  });
});
