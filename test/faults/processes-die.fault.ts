import { jest } from '@jest/globals';
import { describeBackends } from '../support/describe-backends.js';
import { isLong } from '../support/proof.js';
import { expectKept, once } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(isLong ? 4 * 3_600_000 : 600_000);

/** FAULTS_KILLS: so many instead, where starting again takes long. */
const KILLS = Number(process.env['FAULTS_KILLS'] ?? 300);
/** Of the row that proves the most, in orders of two messages each: nothing in so many is less than one in ten thousand. */
const MANY = {
  postgres: isLong ? { orders: 15_000, kills: KILLS, perSecond: 20 } : { orders: 300, kills: 1, perSecond: 40 },
  redis: isLong ? { orders: 5_000, kills: KILLS / 3, perSecond: 20 } : { orders: 300, kills: 1, perSecond: 40 },
};
/** Once there are enough of them, until there were enough deaths: starting again is what takes the time then. */
const SLOWLY = 4;
const BLOCK = 300;
const MAX_STOP_MS = 90_000;

type Harms = readonly (readonly [title: string, harm: (rig: FaultRig) => Promise<void>])[];

const BESIDE_THE_QUEUE: Harms = [
  [
    'F01: takers of webhooks killed at random lose nothing that they have answered',
    (rig) =>
      rig.sendDuring(150, 40, async () => {
        await rig.pause(500, 1_500);
        await rig.killOne('ingest');
      }),
  ],
];

const HARMS: Harms = [
  [
    'F03: workers killed at random lose nothing and hand nothing over twice',
    async (rig) => {
      const before = rig.kills;
      const { orders, kills, perSecond } = MANY[rig.backend];
      for (let sent = 0; sent < orders || rig.kills - before < kills; sent += BLOCK) {
        await rig.sendDuring(BLOCK, sent < orders ? perSecond : SLOWLY, async () => {
          await rig.pause(250, 750);
          await rig.killOne('worker');
        });
        if (isLong) process.stdout.write(`F03: ${sent + BLOCK} orders, ${rig.kills - before} kills\n`);
      }
      await rig.oracle.endLeases();
    },
  ],
  [
    'F04: everything but the database killed at once is carried on by its successors',
    async (rig) => {
      const sent = rig.send(150, 60);
      await rig.pause(1_000, 2_500);
      await rig.killAll();
      await sent;
      await rig.oracle.endLeases();
    },
  ],
  [
    'F20: a worker that stands still past its leases comes back to find its work taken',
    async (rig) => {
      await rig.complete();
      const sent = rig.send(150, 40);
      for (const worker of rig.workers().slice(0, 2)) {
        await rig.pause(500, 1_500);
        worker.freeze();
        rig.stops += 1;
        await rig.pause(300, 800);
        await rig.oracle.endLeases();
        await rig.oracle.reap();
        await rig.pause(500, 1_000);
        worker.thaw();
      }
      await sent;
    },
  ],
  [
    'F16: workers whose clocks are a minute ahead, a minute behind and a day ahead do nothing early and nothing twice',
    async (rig) => {
      await rig.complete();
      await rig.stopAll('worker', MAX_STOP_MS);
      const workers = ['60', '-60', '86400'].map((seconds) => rig.startInjured('worker', `clock:${seconds}`));
      for (const worker of workers) await worker.untilReady(MAX_STOP_MS);
      await rig.send(100, 40);
    },
  ],
];

describeBackends('processes that die', (backend) => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await FaultRig.start(backend, { ingest: 2, worker: 3 });
  });
  afterAll(() => rig?.stop());

  it.each([...once(backend, BESIDE_THE_QUEUE), ...HARMS])('%s', async (title, harm) => {
    await harm(rig);
    expectKept(title.slice(0, 3), rig, await rig.judge());
  });
});
