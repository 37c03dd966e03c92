import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describeBackends, type TestBackend } from '../support/describe-backends.js';
import { expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(180_000);
/** A wait may end so much later than it otherwise would, whatever becomes of the queue. */
const MAX_LATE_SECONDS = 10;

const OF_THE_QUEUE = `from pg_stat_activity where usename = 'afterglow_queue'`;

/** What can befall a queue, on either backend. */
function harmsOn(backend: TestBackend, rig: () => FaultRig) {
  const url = backend.redisUrl();
  if (url === undefined) {
    return {
      wipe: () => rig().sql('truncate bullmq.job cascade'),
      goAway: () => rig().sql(`alter role afterglow_queue nologin; select pg_terminate_backend(pid) ${OF_THE_QUEUE}`),
      comeBack: () => rig().sql('alter role afterglow_queue login'),
      freeze: (ms: number) =>
        rig().sql(`begin; lock table bullmq.job in access exclusive mode; select pg_sleep(${ms / 1_000}); commit`),
    };
  }
  return {
    wipe: async () => {
      const client = new Redis(url);
      await client.flushall();
      client.disconnect();
    },
    goAway: async () => {
      rig().redis?.set({ kind: 'refuse' });
      rig().redis?.cut('reset');
    },
    comeBack: async () => rig().redis?.set({ kind: 'pass' }),
    freeze: async (ms: number) => {
      rig().redis?.set({ kind: 'black-hole' });
      await sleep(ms);
      rig().redis?.set({ kind: 'pass' });
    },
  };
}

describeBackends('a queue that is lost', (backend) => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await FaultRig.start(backend);
  });
  afterAll(() => rig?.stop());

  const expectPrompt = async (fault: string): Promise<void> => {
    const outcome = await rig.judge();
    expectKept(fault, rig, outcome);
    expect(outcome.unknown).toBe(0);
    expect(outcome.latestSeconds).toBeLessThan(MAX_LATE_SECONDS);
  };

  it('F10: wiped again and again, loses nothing', async () => {
    const { wipe } = harmsOn(backend, () => rig);
    await rig.sendDuring(200, 40, async () => {
      await sleep(1_000);
      await wipe();
    });
    await expectPrompt('F10');
  });

  it('F11: gone for nine seconds, is missed by nobody', async () => {
    const { goAway, comeBack } = harmsOn(backend, () => rig);
    const sent = rig.send(200, 30);
    await sleep(1_000);
    await goAway();
    await sleep(9_000);
    await comeBack();
    await sent;
    await expectPrompt('F11');
  });

  it('F12: frozen, keeps no webhook waiting', async () => {
    const { freeze } = harmsOn(backend, () => rig);
    rig.tally.slowestMs = 0;
    const sent = rig.send(200, 30);
    await sleep(500);
    await freeze(6_000);
    await sent;
    expect(rig.tally.slowestMs).toBeLessThan(2_000);
    await expectPrompt('F12');
  });
});
