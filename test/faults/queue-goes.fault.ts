import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeBackends } from '../support/describe-backends.js';
import { isLong } from '../support/proof.js';
import { harmsOn, type QueueHarms } from './queue-harms.js';
import type { Outcome } from './oracle.js';
import { expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(600_000);
const MAX_STOP_MS = 90_000;
/** A wait may end so much later than it otherwise would, whatever becomes of the queue. */
const MAX_LATE_SECONDS = 10;
/** A webhook waits for no queue. */
const MAX_ANSWER_MS = 2_000;
const SILENT_MS = isLong ? 60_000 : 5_000;
const GONE_MS = isLong ? 120_000 : 4_000;

type Harm = (rig: FaultRig, harms: QueueHarms) => Promise<void>;

const HARMS: readonly (readonly [title: string, harm: Harm])[] = [
  [
    'F10: wiped again and again, loses nothing',
    (rig, { wipe }) =>
      rig.sendDuring(150, 40, async () => {
        await sleep(1_000);
        await wipe();
      }),
  ],
  [
    'F11: gone for a while, is missed by nobody',
    async (rig, { goAway, comeBack }) => {
      const sent = rig.send(150, 30);
      await sleep(1_000);
      await goAway();
      await sleep(GONE_MS);
      await comeBack();
      await sent;
    },
  ],
  [
    'F15: away when the processes start, is done without',
    async (rig, { shutOut }) => {
      await rig.stopAll('worker', MAX_STOP_MS);
      await rig.stopAll('ingest', MAX_STOP_MS);
      await shutOut();
      await rig.startAgain();
      await rig.send(80, 40);
    },
  ],
];

const cutOff =
  (which: 'all' | 'waiting'): Harm =>
  async (rig, harms) => {
    const sent = rig.send(SILENT_MS / 50, 20);
    await sleep(1_000);
    const proxy = harms.cutOff(which);
    await sleep(1_000);
    expect(proxy.held).toBeGreaterThan(0);
    await sleep(SILENT_MS);
    proxy.set({ kind: 'pass' });
    await sent;
  };

/** Told at once to whoever adds something, so nothing of the rows above is missing where these wait for the night. */
const OF_THE_NIGHT: readonly (readonly [title: string, harm: Harm])[] = [
  [
    'F13: full, costs a second and no order',
    async (rig, { fill, empty }) => {
      await fill();
      await rig.send(120, 40);
      await sleep(3_000);
      await empty();
    },
  ],
  ['F14: half-open, with nothing moving on its connections, is done without', cutOff('all')],
  ['F14: half-open where workers wait to be told of work, is done without', cutOff('waiting')],
];

describeBackends('a queue that is lost', (backend) => {
  let rig: FaultRig;
  /** How late a wait ends, and how long a webhook takes, on this machine while nothing is broken. */
  let ordinary = { latestSeconds: 0, slowestMs: 0 };

  beforeAll(async () => {
    rig = await FaultRig.start(backend);
    await rig.send(60, 30);
    const outcome = await rig.judge();
    rig.ofThisRow(outcome);
    ordinary = { latestSeconds: outcome.latestSeconds, slowestMs: rig.tally.slowestMs };
  });
  afterAll(() => rig?.stop());

  const expectPrompt = (fault: string, outcome: Outcome): void => {
    expectKept(fault, rig, outcome);
    expect(outcome.unknown).toBe(0);
    expect(outcome.latestSeconds).toBeLessThan(MAX_LATE_SECONDS + 3 * ordinary.latestSeconds);
  };

  it('F12: silent without a word, keeps no webhook waiting', async () => {
    rig.tally.slowestMs = 0;
    const sent = rig.send(SILENT_MS / 30, 30);
    await sleep(500);
    await harmsOn(backend, () => rig).freeze(SILENT_MS);
    await sent;
    expect(rig.tally.slowestMs).toBeLessThan(MAX_ANSWER_MS + 2 * ordinary.slowestMs);
    expectPrompt('F12', await rig.judge());
  });

  it.each(isLong ? [...OF_THE_NIGHT, ...HARMS] : HARMS)('%s', async (title, harm) => {
    await harm(
      rig,
      harmsOn(backend, () => rig),
    );
    expectPrompt(title.slice(0, 3), await rig.judge());
  });

  it('that was away at the start is used once it is there', async () => {
    await rig.stopAll('worker', MAX_STOP_MS);
    const worker = rig.startInjured('worker', 'no-sweeper');
    await worker.untilReady(MAX_STOP_MS);
    await harmsOn(backend, () => rig).letIn();
    const before = rig.mails.mails.length;
    await rig.send(12, 4);
    await rig.mails.waitFor(before + 10, MAX_STOP_MS);
    await rig.heal(worker);
    await rig.oracle.endLeases();
    expect(await rig.judge()).toMatchObject({ lost: [], doubled: [] });
  });
});
