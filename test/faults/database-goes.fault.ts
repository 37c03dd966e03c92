import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeBackends } from '../support/describe-backends.js';
import { expectKept, once } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(600_000);
const MAX_STOP_MS = 90_000;

const EVERY_CONNECTION = `
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
const HELD_SHOPS = `begin; lock table app.shop in access exclusive mode; select pg_sleep(7); commit`;
/** As the migration of somebody else, or a person at a console, may hold it. */
const HELD_TABLE = `begin; lock table app.message in access exclusive mode; select pg_sleep(4); commit`;

type Harms = readonly (readonly [title: string, harm: (rig: FaultRig) => Promise<void>])[];

const HARMS: Harms = [
  [
    'F05: PostgreSQL stopped at once and started again: what could not be stored was answered so',
    async (rig) => {
      const sent = rig.send(150, 40);
      await rig.pause(1_000, 2_000);
      await rig.cluster.goAway();
      await sleep(3_000);
      expect(rig.tally.answers.get(503)).toBeGreaterThan(0);
      await rig.cluster.comeBack();
      await sent;
    },
  ],
  [
    'F08: every connection broken again and again costs time alone',
    (rig) =>
      rig.sendDuring(150, 40, async () => {
        await sleep(300);
        rig.stops += 1;
        await rig.sql(EVERY_CONNECTION);
      }),
  ],
  [
    'F42: away while processes start, and busy when it is back, is waited for',
    async (rig) => {
      await rig.stopAll('worker', MAX_STOP_MS);
      await rig.stopAll('ingest', MAX_STOP_MS);
      await rig.cluster.goAway();
      const back = sleep(5_000)
        .then(() => rig.cluster.comeBack())
        .then(() => rig.sql(HELD_SHOPS));
      await rig.startAgain();
      await back;
      await rig.send(40, 40);
    },
  ],
];

/** Of the database alone: the quick suite leaves the other queue out. */
const BESIDE_THE_QUEUE: Harms = [
  [
    'F06: PostgreSQL killed with all its processes keeps what was answered',
    async (rig) => {
      const sent = rig.send(150, 40);
      await rig.pause(1_000, 2_000);
      await rig.cluster.crash();
      await rig.cluster.comeBack();
      await sent;
    },
  ],
  [
    'F40: slow, and with its rows held by others, costs time alone',
    async (rig) => {
      const sent = rig.send(100, 20);
      rig.database.set({ kind: 'delay', ms: 150 });
      await rig.sql(HELD_TABLE);
      rig.database.set({ kind: 'pass' });
      await sent;
    },
  ],
  [
    'F41: connections on which nothing moves any more are given up',
    async (rig) => {
      const sent = rig.send(100, 30);
      await rig.pause(1_000, 2_000);
      rig.database.set({ kind: 'black-hole' });
      await sleep(5_000);
      rig.database.set({ kind: 'pass' });
      rig.database.cut('reset');
      await sent;
    },
  ],
];

describeBackends('a database that goes away', (backend) => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await FaultRig.start(backend);
  });
  afterAll(() => rig?.stop());

  it.each([...once(backend, BESIDE_THE_QUEUE), ...HARMS])('%s', async (title, harm) => {
    // each process may have handed something over at that moment
    rig.stops += rig.apps.length;
    await harm(rig);
    await rig.oracle.endLeases();
    expectKept(title.slice(0, 3), rig, await rig.judge());
  });
});
