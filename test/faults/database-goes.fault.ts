import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeBackends } from '../support/describe-backends.js';
import { expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(180_000);

const EVERY_CONNECTION = `
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;

describeBackends('a database that goes away', (backend) => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await FaultRig.start(backend);
  });
  afterAll(() => rig?.stop());
  it('F05: PostgreSQL stopped at once and started again: what could not be stored was answered so', async () => {
    const sent = rig.send(200, 40);
    await rig.pause(1_000, 2_000);
    rig.stops += rig.apps.length;
    await rig.cluster.goAway();
    await sleep(3_000);
    expect(rig.tally.answers.get(503)).toBeGreaterThan(0);
    await rig.cluster.comeBack();
    await sent;
    await rig.oracle.endLeases();
    expectKept('F05', rig, await rig.judge());
  });

  it('F06: PostgreSQL killed with all its processes keeps what was answered', async () => {
    const sent = rig.send(200, 40);
    await rig.pause(1_000, 2_000);
    rig.stops += rig.apps.length;
    await rig.cluster.crash();
    await rig.cluster.comeBack();
    await sent;
    await rig.oracle.endLeases();
    expectKept('F06', rig, await rig.judge());
  });

  it('F08: every connection broken again and again costs time alone', async () => {
    await rig.sendDuring(200, 40, async () => {
      await sleep(300);
      rig.stops += 1;
      await rig.sql(EVERY_CONNECTION);
    });
    await rig.oracle.endLeases();
    expectKept('F08', rig, await rig.judge());
  });

  it('F41: connections on which nothing moves any more are given up', async () => {
    const sent = rig.send(120, 30);
    await rig.pause(1_000, 2_000);
    rig.stops += rig.apps.length;
    rig.database.set({ kind: 'black-hole' });
    await sleep(5_000);
    rig.database.set({ kind: 'pass' });
    rig.database.cut('reset');
    await sent;
    await rig.oracle.endLeases();
    expectKept('F41', rig, await rig.judge());
  });
});
