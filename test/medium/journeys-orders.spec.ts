import type { FoldedEvent } from '#app/application';
import { aJourney, JourneyRig, NOW, type Person, send, wait } from './journeys-rig.js';

const after = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();

describe('a run of one order while its customer orders again', () => {
  let rig: JourneyRig;
  let person: Person;
  beforeEach(async () => {
    rig = await JourneyRig.start('journeys-orders');
    person = await rig.person();
  });
  afterEach(() => rig.stop());

  const waiting = (fields = {}) =>
    aJourney({ steps: [wait('rest', 'P30D'), send('say', { when: 'order.ordinal == 1' })], ...fields });
  /** An event of another order of the same person. */
  const ofNext = async (type: 'order.placed' | 'order.cancelled', hours: number): Promise<FoldedEvent> => {
    const { orderId, externalOrderId } = await rig.person();
    const told = rig.event({ ...person, orderId, externalOrderId }, type, { occurredAt: after(hours) });
    return { ...told, snapshot: { ...told.snapshot, orderCount: 2, position: { ordinal: 2 } } };
  };
  const first = async () => (await rig.runRows())[0];
  const enterAt = (hours: number) => rig.hear(rig.event(person, 'order.placed', { occurredAt: after(hours) }));

  it('reaches its goal by the next order, and goes on by the facts of its own', async () => {
    await rig.publish(waiting({ goal: { event: 'order.placed', within: 'P60D' } }));
    await enterAt(0);
    await rig.setNow(after(48));
    await rig.hear(await ofNext('order.placed', 48));
    expect(await first()).toMatchObject({ status: 'waiting', state: { goalAt: after(48) } });
    await rig.setNow(after(24 * 30));
    await rig.makeTimers().run();
    expect(await rig.messages()).toMatchObject([{ step: 'say', run_id: (await first())?.id }]);
  });

  it('ends by the next order where that is an exit, and hears nothing else of it', async () => {
    await rig.publish(waiting({ exitOn: [{ event: 'order.placed' }, { event: 'order.cancelled' }] }));
    await enterAt(0);
    await rig.setNow(after(48));
    await rig.hear(await ofNext('order.cancelled', 24));
    expect(await first()).toMatchObject({ status: 'waiting' });
    await rig.hear(await ofNext('order.placed', 48));
    expect(await first()).toMatchObject({ status: 'exited', end_reason: 'exit:order.placed' });
  });

  it('takes no notice of an earlier order that is told of late', async () => {
    await rig.publish(waiting({ exitOn: [{ event: 'order.placed' }] }));
    await enterAt(0);
    await rig.hear(await ofNext('order.placed', -24));
    expect((await rig.runRows()).map(({ status }) => status)).toContain('waiting');
    expect(await first()).toMatchObject({ status: 'waiting' });
  });
});
