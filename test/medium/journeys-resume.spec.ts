import { ChangeJourneyState, type JourneyStatus } from '#app/application';
import { type StepDocument, TransientError } from '#app/domain';
import { PgJourneyStore } from '#app/persistence';
import { expectInvariants } from '../support/invariants.js';
import { aJourney, JourneyRig, NOW, send, step, wait } from './journeys-rig.js';

const after = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();
const SEND = { overdue: 'run', messages: 'send' } as const;

describe('resuming a journey', () => {
  let rig: JourneyRig;
  beforeEach(async () => {
    rig = await JourneyRig.start('journeys-resume');
  });
  afterEach(async () => {
    await expectInvariants(rig.ownerUrl);
    await rig.stop();
  });

  const key = 'thanks';
  /** Three people enter at `NOW`, the journey is paused twelve hours later and the clock goes on to `until`. */
  const pausedUntil = async (until: number, ...steps: StepDocument[]) => {
    await rig.publish(aJourney({ steps }));
    const people = await rig.people(3);
    await rig.hear(...people.map((person) => rig.event(person, 'order.placed')));
    await rig.setNow(after(12));
    await rig.states.pause(rig.shop.id, key);
    await rig.setNow(after(until));
    return people;
  };
  const resume = (options: Parameters<ReturnType<JourneyRig['makeResumption']>['run']>[2]) =>
    rig.makeResumption().run(rig.shop.id, key, options);
  const due = async () => (await rig.timers()).map(({ due_at, held }) => [due_at.toISOString(), held]);
  const messages = async () => (await rig.messages()).map(({ state, reason }) => [state, reason]);
  const three = <T>(value: T): T[] => [value, value, value];

  it('is told beforehand what fell due, by step', async () => {
    await pausedUntil(60, send('first', { usefulFor: 'PT6H' }), send('second'), wait('rest', 'P1D'), send('third'));
    expect(await rig.makeResumption().preview(rig.shop.id, key)).toEqual({
      key,
      pausedSince: after(12),
      overdue: [
        { step: 'first', runs: 0, messages: 0, expired: 3 },
        { step: 'rest', runs: 3, messages: 0, expired: 0 },
        { step: 'second', runs: 0, messages: 3, expired: 0 },
      ],
    });
    await resume(SEND);
    expect(await rig.makeResumption().preview(rig.shop.id, key)).toEqual({ key, pausedSince: null, overdue: [] });
  });

  it('goes on at once with what is overdue when nothing else is said', async () => {
    await pausedUntil(60, wait('rest', 'P1D'), send('say'));
    expect(await resume(undefined)).toEqual({
      key,
      state: 'live',
      version: 1,
      shifted: 0,
      exited: 0,
      skippedMessages: 0,
    });
    expect(await rig.makeTimers().run()).toMatchObject({ fired: 3, messages: 3 });
  });

  it('prolongs what is overdue by as much of the pause as fell into the wait', async () => {
    await pausedUntil(60, wait('rest', 'P1D'), send('say'));
    expect(await resume({ overdue: 'shift', messages: 'send' })).toMatchObject({ state: 'live', shifted: 3 });
    expect(await due()).toEqual(three([after(24 + 48), false]));
    expect(await rig.makeTimers().run()).toMatchObject({ claimed: 0 });
    await rig.setNow(after(72));
    expect(await rig.makeTimers().run()).toMatchObject({ fired: 3, messages: 3 });
    const lines = await rig.query(`select distinct step, data from app.run_journal where kind = 'moved'`);
    expect(lines).toEqual([{ step: 'rest', data: { action: 'shift', byMs: 48 * 3_600_000, to: 'rest' } }]);
  });

  it('leaves waits alone that are not over', async () => {
    await pausedUntil(20, wait('rest', 'P1D'), send('say'));
    expect(await resume({ overdue: 'shift', messages: 'send' })).toMatchObject({ shifted: 0 });
    expect(await due()).toEqual(three([after(24), false]));
  });

  it('works a shifted window out anew, so that nothing goes out at night', async () => {
    // noon in UTC is one o'clock in Berlin
    await pausedUntil(39, step('hours', 'wait', { window: { from: '08:00', to: '10:00' } }), send('say'));
    await resume({ overdue: 'shift', messages: 'send' });
    expect(await due()).toEqual(three([after(43), false]));
  });

  it('ends what is overdue, with its reason', async () => {
    await pausedUntil(60, send('first'), wait('rest', 'P1D'), send('say'));
    expect(await resume({ overdue: 'exit', messages: 'send' })).toMatchObject({ exited: 3 });
    expect((await rig.runRows()).map(({ status, end_reason }) => [status, end_reason])).toEqual(
      three(['exited', 'resumed:overdue']),
    );
    expect(await messages()).toEqual(three(['suppressed', 'run-exited']));
    expect(await rig.timers()).toEqual([]);
  });

  it('skips messages that fell due, and only those', async () => {
    const [person] = await pausedUntil(60, wait('rest', 'PT11H'), send('say'));
    if (!person) throw new Error('three people');
    await rig.query(
      `update app.timer set held = false where run_id in (select id from app.journey_run where customer_id = $1)`,
      [person.customerId],
    );
    await rig.makeTimers().run();
    expect(await messages()).toEqual([['queued', null]]);
    expect(await resume({ overdue: 'run', messages: 'skip' })).toMatchObject({ skippedMessages: 1 });
    await rig.makeTimers().run();
    expect((await messages()).toSorted()).toEqual([
      ['queued', null],
      ['queued', null],
      ['suppressed', 'resumed:overdue'],
    ]);
  });

  it('goes on where it was interrupted, and shifts nobody twice', async () => {
    await pausedUntil(60, wait('rest', 'P1D'), send('say'));
    class Interrupted extends ChangeJourneyState {
      override resume(): Promise<JourneyStatus> {
        throw new TransientError('unavailable', 'The process dies.');
      }
    }
    const states = new Interrupted(rig.unitOfWork, new PgJourneyStore(), rig.hints, rig.checks, rig.makePlanner());
    const shift = { overdue: 'shift', messages: 'send' } as const;
    await expect(rig.makeResumption(states).run(rig.shop.id, key, shift)).rejects.toThrow('dies');
    expect(await due()).toEqual(three([after(72), true]));
    expect(await resume(shift)).toMatchObject({ state: 'live', shifted: 0 });
    expect(await due()).toEqual(three([after(72), false]));
  });
});
