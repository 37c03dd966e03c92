import { PgTransaction } from '#app/persistence';
import { jest } from '@jest/globals';
import { aJourney, JourneyRig, NOW, send, wait } from './journeys-rig.js';

const after = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();

describe('journeys', () => {
  let rig: JourneyRig;
  beforeEach(async () => {
    rig = await JourneyRig.start('journeys');
  });
  afterEach(() => rig.stop());

  describe('on events', () => {
    it('start a run that sends at once, with its journal and its message', async () => {
      await rig.publish(aJourney());
      const person = await rig.person();
      const report = await rig.hear(rig.event(person, 'order.placed'));
      expect(report).toMatchObject({ started: 1, moved: 0, messages: 1, media: ['email'] });
      const [run] = await rig.runRows();
      expect(run).toMatchObject({
        entry_key: person.externalOrderId,
        entry_number: 1,
        status: 'completed',
        step: null,
      });
      expect(await rig.messages()).toMatchObject([
        { state: 'queued', medium: 'email', address: person.customer.email, step: 'say', due_at: new Date(NOW) },
      ]);
      expect(await rig.timers()).toEqual([]);
      const journal = await rig.runs.journal(rig.shop.id, run?.id ?? '');
      expect(journal.map((line) => [line.seq, line.kind])).toEqual([
        [0, 'entered'],
        [1, 'sent'],
        [2, 'finished'],
      ]);
    });

    it.each([
      ['service', ['email'], 'resend_once'],
      ['service', ['sms'], 'hold'],
      ['service', [], 'hold'],
      ['feedback', ['email'], 'hold'],
    ] as const)(
      'a %s message by e-mail, where %j may be sent twice, is planned with policy %s',
      async (kind, media, policy) => {
        await rig.query(`update app.shop set resend_unknown = $1`, [media]);
        await rig.publishUnchecked(aJourney({ class: kind }));
        await rig.hear(rig.event(await rig.person(), 'order.placed'));
        expect(await rig.query('select unknown_policy from app.message')).toEqual([{ unknown_policy: policy }]);
      },
    );

    it('leave waiting runs with a timer, and later events of the same batch move them', async () => {
      await rig.publish(
        aJourney({ steps: [wait('pause', 'PT24H'), send('say')], exitOn: [{ event: 'order.cancelled' }] }),
      );
      const [stays, leaves] = await rig.people(2);
      if (!stays || !leaves) throw new Error('two people');
      await rig.hear(
        rig.event(stays, 'order.placed'),
        rig.event(leaves, 'order.placed'),
        rig.event(leaves, 'order.cancelled'),
      );
      const runs = await rig.runRows();
      expect(runs.map((run) => [run.status, run.end_reason])).toEqual([
        ['waiting', null],
        ['exited', 'exit:order.cancelled'],
      ]);
      expect(await rig.timers()).toMatchObject([
        { run_id: runs[0]?.id, due_at: new Date(after(24)), state: 'scheduled', held: false },
      ]);
    });

    it('let a key enter once, in one batch and over several', async () => {
      await rig.publish(aJourney());
      const person = await rig.person();
      expect(await rig.hear(rig.event(person, 'order.placed'), rig.event(person, 'order.placed'))).toMatchObject({
        started: 1,
      });
      expect(await rig.hear(rig.event(person, 'order.placed'))).toMatchObject({ started: 0, messages: 0 });
      expect(await rig.messages()).toHaveLength(1);
    });

    it('let a key enter again after its run has ended where the journey says so', async () => {
      const entry = { key: 'customer.id', reentry: 'after-end' } as const;
      await rig.publish(aJourney({ entry, steps: [wait('pause', 'PT1H')], exitOn: [{ event: 'order.cancelled' }] }));
      const person = await rig.person();
      const placed = () => rig.event(person, 'order.placed');
      await rig.hear(placed(), placed());
      expect(await rig.runRows()).toHaveLength(1);
      await rig.hear(placed(), rig.event(person, 'order.cancelled'), placed());
      const runs = await rig.runRows();
      expect(runs.map((run) => [run.entry_number, run.status])).toEqual([
        [1, 'exited'],
        [2, 'waiting'],
      ]);
    });

    it('start one run when two workers race for the same key', async () => {
      await rig.publish(aJourney({ steps: [wait('pause', 'PT1H')] }));
      const person = await rig.person();
      const reports = await Promise.all(
        [rig.makeRuntime(), rig.makeRuntime()].map((runtime) =>
          rig.hearBy(runtime, [rig.event(person, 'order.placed')]),
        ),
      );
      expect(reports.map((report) => report.started).toSorted()).toEqual([0, 1]);
      expect(await rig.runRows()).toHaveLength(1);
      expect(await rig.timers()).toHaveLength(1);
    });

    it('take back the messages that still wait when an exit event ends the run', async () => {
      const steps = [send('say'), wait('pause', 'PT24H')];
      await rig.publish(aJourney({ steps, exitOn: [{ event: 'order.cancelled' }] }));
      const [earlier, now] = await rig.people(2);
      if (!earlier || !now) throw new Error('two people');
      await rig.hear(rig.event(earlier, 'order.placed'));
      await rig.hear(
        rig.event(earlier, 'order.cancelled'),
        rig.event(now, 'order.placed'),
        rig.event(now, 'order.cancelled'),
      );
      expect((await rig.messages()).map(({ state, reason }) => [state, reason])).toEqual([
        ['suppressed', 'run-exited'],
        ['suppressed', 'run-exited'],
      ]);
      expect(await rig.timers()).toEqual([]);
    });

    it('concern runs of the same order, and all runs of the person when they name none', async () => {
      const steps = [
        {
          id: 'answer',
          kind: 'wait-for',
          settings: { events: ['review.submitted'], timeout: 'P7D', where: 'order.id != ""' },
        },
      ];
      await rig.publish(aJourney({ steps }));
      const [one, other] = await rig.people(2);
      if (!one || !other) throw new Error('two people');
      const second = { ...other, customerId: one.customerId, customer: one.customer };
      await rig.query('update app.orders set customer_id = $1', [one.customerId]);
      await rig.hear(rig.event(one, 'order.placed'), rig.event(second, 'order.placed'));
      expect(await rig.hear(rig.event(one, 'review.submitted'))).toMatchObject({ moved: 1 });
      expect(await rig.hear(rig.event(one, 'review.submitted', { withOrder: false }))).toMatchObject({ moved: 1 });
      expect((await rig.runRows()).map((run) => run.status)).toEqual(['completed', 'completed']);
    });

    it('note the goal of a run that is over', async () => {
      await rig.publish(aJourney({ goal: { event: 'review.submitted', within: 'P60D' } }));
      const person = await rig.person();
      await rig.hear(rig.event(person, 'order.placed'));
      await rig.setNow(after(48));
      await rig.hear(rig.event(person, 'review.submitted', { occurredAt: after(48) }));
      await rig.hear(rig.event(person, 'review.submitted', { occurredAt: after(49) }));
      const [run] = await rig.runRows();
      expect(run).toMatchObject({ status: 'completed', state: { goalAt: after(48) } });
    });

    it('take the same number of statements for one event and for a hundred', async () => {
      const steps = [send('say'), wait('pause', 'PT24H')];
      await rig.publish(aJourney({ steps }));
      const query = jest.spyOn(PgTransaction.prototype, 'query');
      const counts: number[] = [];
      for (const size of [1, 1, 100]) {
        const people = await rig.people(size);
        query.mockClear();
        await rig.hear(...people.map((person) => rig.event(person, 'order.placed')));
        counts.push(query.mock.calls.length);
      }
      query.mockRestore();
      process.stderr.write(
        `journeys: ${counts[2]} statements for a batch that starts runs (the first one loads the version: ${counts[0]})\n`,
      );
      expect(counts[2]).toBe(counts[1]);
    });
  });

  describe('timers', () => {
    it('fire once, in the order in which they fell due, with two workers at it', async () => {
      await rig.publish(aJourney({ steps: [wait('pause', 'PT24H'), send('say')] }));
      const people = await rig.people(150);
      await rig.hear(
        ...people.map((person, index) => rig.event(person, 'order.placed', { occurredAt: after(-index / 10) })),
      );
      await rig.setNow(after(24));
      const rounds = await Promise.all([rig.makeTimers().run(), rig.makeTimers().run(), rig.makeTimers().run()]);
      const fired = rounds.reduce((sum, round) => sum + round.fired, 0);
      expect(fired).toBe(150);
      const messages = await rig.messages();
      expect(messages).toHaveLength(150);
      expect(messages[0]?.due_at).toEqual(new Date(after(24 - 14.9)));
      expect(rig.hints.given).toContain('delivery-email');
      expect(await rig.timers()).toEqual([]);
      expect(await rig.makeTimers().run()).toMatchObject({ claimed: 0 });
    });

    it('leave alone a run that an event has re-timed after the claim', async () => {
      const paid = {
        id: 'paid',
        kind: 'wait-for',
        settings: { events: ['order.paid'], timeout: 'PT10H', otherwise: 'say' },
      };
      await rig.publish(aJourney({ steps: [paid, wait('more', 'PT5H'), send('say')] }));
      const person = await rig.person();
      await rig.hear(rig.event(person, 'order.placed'));
      await rig.setNow(after(10));
      await rig.query(`select * from app.claim_due_timers(10, '60 seconds')`);
      await rig.hear(rig.event(person, 'order.paid', { occurredAt: after(9) }));
      expect(await rig.timers()).toMatchObject([{ due_at: new Date(after(14)), state: 'scheduled', attempts: 0 }]);
      expect(await rig.messages()).toEqual([]);
    });

    it('become dead letters one by one, while the others go on', async () => {
      await rig.publish(aJourney({ steps: [wait('pause', 'PT1H'), send('say')] }));
      const [good, bad] = await rig.people(2);
      if (!good || !bad) throw new Error('two people');
      await rig.hear(rig.event(good, 'order.placed'), rig.event(bad, 'order.placed'));
      await rig.query('update app.journey_run set customer_id = $2 where customer_id = $1', [
        bad.customerId,
        rig.shop.id,
      ]);
      await rig.setNow(after(1));
      const reports = [];
      for (let round = 0; round < 6; round += 1) reports.push(await rig.makeTimers().run());
      expect(reports.map((report) => [report.fired, report.dead])).toEqual([
        [1, 0],
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 1],
        [0, 0],
      ]);
      expect(await rig.timers()).toMatchObject([{ state: 'dead', attempts: 5 }]);
      expect(await rig.query('select kind, state, code, attempts from app.dead_letter')).toMatchObject([
        { kind: 'timer', state: 'open', attempts: 5 },
      ]);
    });
  });

  it('shows runs page by page, newest first', async () => {
    await rig.publish(aJourney({ steps: [wait('pause', 'PT24H')] }));
    const people = await rig.people(3);
    await rig.hear(...people.map((person) => rig.event(person, 'order.placed')));
    const first = await rig.runs.list(rig.shop.id, { journey: 'thanks' }, { limit: 2, after: null });
    const second = await rig.runs.list(rig.shop.id, { journey: 'thanks' }, { limit: 2, after: first.next });
    expect([...first.items, ...second.items].map((run) => run.customerId)).toEqual(
      people.map((person) => person.customerId).toReversed(),
    );
    expect(second.next).toBeNull();
    expect(first.items[0]).toMatchObject({
      journey: 'thanks',
      version: 1,
      status: 'waiting',
      step: 'pause',
      wakesAt: new Date(after(24)),
    });
    expect(await rig.runs.list(rig.shop.id, { orderId: people[0]?.orderId }, { limit: 9, after: null })).toMatchObject({
      items: [{ customerId: people[0]?.customerId }],
    });
  });

  it('keeps a journal that folds to the state of its run', async () => {
    await rig.publish(
      aJourney({
        steps: [wait('pause', 'PT1H'), send('say'), wait('rest', 'PT1H')],
        exitOn: [{ event: 'order.cancelled' }],
      }),
    );
    const [done, left, rests] = await rig.people(3);
    if (!done || !left || !rests) throw new Error('three people');
    await rig.hear(
      rig.event(done, 'order.placed', { occurredAt: after(-1) }),
      rig.event(left, 'order.placed'),
      rig.event(rests, 'order.placed'),
    );
    await rig.setNow(after(1));
    await rig.makeTimers().run();
    await rig.makeTimers().run();
    await rig.hear(rig.event(left, 'order.cancelled', { occurredAt: after(1) }));
    for (const run of await rig.runRows()) {
      const journal = await rig.runs.journal(rig.shop.id, run.id);
      expect(journal.map((line) => line.seq)).toEqual(journal.map((_, index) => index));
      const last = journal.at(-1);
      const folded =
        last?.kind === 'finished'
          ? { status: last.data['status'], step: null }
          : { status: 'waiting', step: last?.step };
      expect({ status: run.status, step: run.step }).toEqual(folded);
      expect(run.state).toMatchObject({ seq: journal.length, status: run.status, step: run.step });
    }
  });

  it('prints what 2,000 orders with an immediate send cost', async () => {
    await rig.publish(aJourney());
    const people = await rig.people(2_000);
    const batches = Array.from({ length: 20 }, (_, index) =>
      people.slice(index * 100, index * 100 + 100).map((person) => rig.event(person, 'order.placed')),
    );
    await rig.hear(rig.event(await rig.person(), 'order.placed'));
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    for (const batch of batches) await rig.hear(...batch);
    const elapsedMs = performance.now() - startedAt;
    const used = process.cpuUsage(cpu);
    const cpuMs = (used.user + used.system) / 1_000;
    process.stderr.write(
      `journeys: ${Math.round(2_000_000 / elapsedMs)} runs/s, ${(cpuMs / 2_000).toFixed(3)} ms of CPU per event in this process\n`,
    );
    expect(await rig.messages()).toHaveLength(2_001);
  });
});
