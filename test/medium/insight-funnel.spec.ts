import { type Funnel, type FunnelStep, ReadFunnel } from '#app/application';
import { PgFactsReader, PgHousekeeping, PgVisits } from '#app/persistence';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { aJourney, JourneyRig, NOW, send, wait } from './journeys-rig.js';
import { settleByHand } from './outcome-by-hand.js';

const after = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();
const PAGE = { cursor: null, limit: 100 };

const sumOf = (reasons: Record<string, number>): number => Object.values(reasons).reduce((sum, n) => sum + n, 0);

function accounted({ sent, passed, heldOut, skipped, failed, waiting, exited }: FunnelStep): number {
  return sent + passed + heldOut + sumOf(skipped) + sumOf(failed) + sumOf(waiting) + sumOf(exited);
}

describe('the funnel', () => {
  let rig: JourneyRig;
  let funnels: ReadFunnel;
  beforeEach(async () => {
    rig = await JourneyRig.start('funnel');
    funnels = new ReadFunnel(rig.unitOfWork, new PgVisits(), new PgFactsReader());
  });
  afterEach(() =>
    tidyUp(
      () => expectInvariants(rig.ownerUrl),
      () => rig.stop(),
    ),
  );

  const note = async (): Promise<number> => {
    const house = new PgHousekeeping(rig.dataSource, 90);
    return (await house.foldEnded()) + (await house.foldWaiting());
  };
  /** The same whether the visits of runs are noted or not; leaves them noted. */
  const read = async (query: Parameters<ReadFunnel['run']>[2] = {}): Promise<Record<string, FunnelStep>> => {
    const { steps }: Funnel = await funnels.run(rig.shop.id, 'thanks', query);
    await note();
    expect((await funnels.run(rig.shop.id, 'thanks', query)).steps).toEqual(steps);
    for (const step of steps) expect([step.step, accounted(step)]).toEqual([step.step, step.entered]);
    return Object.fromEntries(steps.map((step) => [step.step, step]));
  };
  const settle = (customerId: string, state: string, reason: string | null): Promise<void> =>
    settleByHand(rig, 'select id from app.message where customer_id = $3', { state, reason }, [customerId]);

  it('tells every fate of a message apart', async () => {
    await rig.publish(aJourney());
    const fates: [state: string, reason: string | null, as: Partial<FunnelStep>][] = [
      ['sent', null, { sent: 1 }],
      ['queued', null, { waiting: { queued: 1 } }],
      ['queued', 'provider-down', { waiting: { 'provider-down': 1 } }],
      ['handing', null, { waiting: { handing: 1 } }],
      ['unknown', 'no-answer', { waiting: { unknown: 1 } }],
      ['suppressed', 'opted-out', { skipped: { 'opted-out': 1 } }],
      ['expired', 'useful-until', { skipped: { 'useful-until': 1 } }],
      ['failed', 'template', { failed: { template: 1 } }],
    ];
    const people = await rig.people(fates.length);
    await rig.hear(...people.map((person) => rig.event(person, 'order.placed')));
    for (const [index, [state, reason]] of fates.entries())
      await settle(people[index]?.customerId ?? '', state, reason);
    const nobody = await rig.person({ email: null });
    await rig.hear(rig.event(nobody, 'order.placed'));
    const expected = {
      entered: 9,
      sent: 1,
      passed: 0,
      heldOut: 0,
      skipped: { 'opted-out': 1, 'useful-until': 1, 'no-address': 1 },
      failed: { template: 1 },
      waiting: { queued: 1, 'provider-down': 1, handing: 1, unknown: 1 },
      exited: {},
    };
    expect((await read())['say']).toEqual({ step: 'say', kind: 'send', ...expected });
    for (const [index, [, , as]] of fates.entries()) {
      const [[state, reasons]] = Object.entries(as) as [['waiting', Record<string, number> | number]];
      const reason = typeof reasons === 'number' ? undefined : Object.keys(reasons)[0];
      const page = await funnels.people(rig.shop.id, 'thanks', { step: 'say', state, reason }, PAGE);
      expect(page.items).toMatchObject([
        {
          customerId: people[index]?.customerId,
          email: people[index]?.customer.email,
          order: people[index]?.externalOrderId,
          visit: 1,
          state,
          reason: reason ?? null,
        },
      ]);
    }
  });

  it('follows people through steps that send nothing', async () => {
    const skip = send('extra', { when: 'false' });
    const exit = { id: 'stop', kind: 'exit', settings: { reason: 'enough' } };
    const steps = [wait('pause', 'PT24H'), skip, send('say'), wait('rest', 'PT24H'), exit];
    await rig.publish(aJourney({ steps, exitOn: [{ event: 'order.cancelled' }] }));
    const [through, left, rests] = await rig.people(3);
    if (!through || !left || !rests) throw new Error('three people');
    await rig.hear(rig.event(through, 'order.placed'), rig.event(left, 'order.placed'));
    await rig.hear(rig.event(left, 'order.cancelled'));
    for (const hours of [24, 48]) {
      await rig.setNow(after(hours));
      await rig.makeTimers().run();
    }
    await rig.hear(rig.event(rests, 'order.placed', { occurredAt: after(48) }));
    expect(await read()).toMatchObject({
      pause: { entered: 3, passed: 1, waiting: { time: 1 }, exited: { 'exit:order.cancelled': 1 } },
      extra: { entered: 1, skipped: { condition: 1 } },
      say: { entered: 1, waiting: { queued: 1 } },
      rest: { entered: 1, passed: 1 },
      stop: { entered: 1, exited: { 'step:stop': 1 } },
    });
    await rig.states.pause(rig.shop.id, 'thanks');
    expect(await read()).toMatchObject({ pause: { waiting: { paused: 1 } }, say: { waiting: { paused: 1 } } });
    await rig.states.resume(rig.shop.id, 'thanks');
    await rig.states.archive(rig.shop.id, 'thanks');
    expect(await read()).toMatchObject({ pause: { exited: { archived: 1 } }, say: { skipped: { archived: 1 } } });
  });

  it('shows messages taken back by an exit event as exits', async () => {
    const steps = [send('say'), wait('pause', 'PT24H')];
    await rig.publish(aJourney({ steps, exitOn: [{ event: 'order.cancelled' }] }));
    const person = await rig.person();
    await rig.hear(rig.event(person, 'order.placed'));
    await rig.hear(rig.event(person, 'order.cancelled'));
    expect(await read()).toMatchObject({
      say: { exited: { 'exit:order.cancelled': 1 } },
      pause: { exited: { 'exit:order.cancelled': 1 } },
    });
  });

  it('counts a step once for each visit, and failures by their code', async () => {
    const steps = [
      wait('pause', 'PT1H'),
      { id: 'again', kind: 'branch', settings: { cases: [{ when: 'run.visit < 5', goto: 'pause' }] } },
      { id: 'gone', kind: 'wait', settings: { until: 'order.name' } },
    ];
    await rig.publish(aJourney({ steps }));
    await rig.hear(rig.event(await rig.person(), 'order.placed'));
    for (const hours of [1, 2, 3]) {
      await rig.setNow(after(hours));
      await rig.makeTimers().run();
    }
    const { pause, again, gone } = await read();
    expect([pause?.entered, again?.entered]).toEqual([3, 3]);
    expect(gone).toMatchObject({ entered: 1, failed: expect.any(Object) });
    expect(Object.keys(gone?.failed ?? {})).toHaveLength(1);
    const { items } = await funnels.people(rig.shop.id, 'thanks', { step: 'pause' }, PAGE);
    expect(items.map(({ visit }) => visit)).toEqual([1, 3, 5]);
  });

  it('follows an outcome that changes after it was noted', async () => {
    await rig.publish(aJourney());
    const [person, other] = await rig.people(2);
    if (!person || !other) throw new Error('two people');
    await rig.hear(rig.event(person, 'order.placed'), rig.event(other, 'order.placed'));
    await settle(person.customerId, 'failed', 'gave-up');
    await settle(other.customerId, 'sent', null);
    expect(await note()).toBe(2);
    expect(await read()).toMatchObject({ say: { sent: 1, failed: { 'gave-up': 1 } } });
    await settle(person.customerId, 'queued', null);
    expect(await read()).toMatchObject({ say: { sent: 1, waiting: { queued: 1 } } });
    await settle(person.customerId, 'sent', null);
    expect(await note()).toBe(1);
    expect(await read()).toMatchObject({ say: { sent: 2, failed: {}, waiting: {} } });
  });

  it('lists people page by page, and only runs of the version and the window asked for', async () => {
    await rig.publish(aJourney());
    const people = await rig.people(5);
    await rig.hear(...people.map((person) => rig.event(person, 'order.placed')));
    const first = await funnels.people(rig.shop.id, 'thanks', {}, { cursor: null, limit: 3 });
    const second = await funnels.people(rig.shop.id, 'thanks', {}, { cursor: first.next, limit: 3 });
    expect([...first.items, ...second.items].map(({ customerId }) => customerId)).toEqual(
      people.map(({ customerId }) => customerId),
    );
    expect(second.next).toBeNull();
    await rig.publish(aJourney({ steps: [send('greet')] }));
    await rig.setNow(after(48));
    await rig.hear(rig.event(await rig.person(), 'order.placed', { occurredAt: after(48) }));
    expect(await read()).toMatchObject({ greet: { kind: 'send', entered: 1 }, say: { kind: 'send', entered: 5 } });
    expect(await read({ version: 1 })).toMatchObject({ say: { entered: 5 } });
    expect(await read({ version: 2 })).not.toHaveProperty('say');
    expect(await read({ from: '2026-03-11' })).toMatchObject({ greet: { entered: 1 } });
    expect(await read({ to: '2026-03-10' })).toMatchObject({ greet: { entered: 0 }, say: { entered: 5 } });
    await expect(read({ version: 3 })).rejects.toMatchObject({ code: 'not_found' });
    await expect(read({ from: '2026-03-11', to: '2026-03-10' })).rejects.toMatchObject({ code: 'validation' });
    const strange = funnels.people(rig.shop.id, 'thanks', {}, { cursor: 'eA', limit: 3 });
    await expect(strange).rejects.toMatchObject({ code: 'validation' });
  });
});
