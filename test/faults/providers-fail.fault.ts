import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeBackends } from '../support/describe-backends.js';
import { expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(180_000);
/** The watchdog ends a stop after thirty seconds, whatever hangs. */
const MAX_STOP_MS = 33_000;

describeBackends('providers that fail', (backend) => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await FaultRig.start(backend);
  });
  afterAll(() => rig?.stop());
  afterEach(() => {
    rig.mails.hooks.onData = undefined;
    rig.texts.answer = () => 'accept';
  });

  it('F23: an answer that never comes leaves a doubt, not a second message', async () => {
    const before = (await rig.judge()).unknown;
    rig.mails.hooks.onData = () => 'drop';
    rig.texts.answer = () => 'drop';
    await rig.send(60, 30);
    const outcome = await rig.judge();
    rig.stops += outcome.unknown;
    expectKept('F23', rig, outcome);
    expect(outcome.unknown - before).toBe(120);
  });

  it('F33: workers told to stop while a provider hangs end in time, and what they held is settled or in doubt', async () => {
    rig.mails.hooks.onData = () => 'hang';
    const sent = rig.send(40, 40);
    await sleep(1_500);
    await rig.stopAll('worker', MAX_STOP_MS);
    rig.mails.hooks.onData = undefined;
    await rig.startAgain();
    await sent;
    await rig.oracle.endLeases();
    expectKept('F33', rig, await rig.judge());
  });
});
