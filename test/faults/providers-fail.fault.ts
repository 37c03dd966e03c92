import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeBackends } from '../support/describe-backends.js';
import { isLong } from '../support/proof.js';
import { expectKept, noteResent } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(600_000);
/** The watchdog ends a stop after thirty seconds, whatever hangs. */
const MAX_STOP_MS = 33_000;

/** Both providers take what they are given and never say so. */
function beSilent({ mails, texts }: FaultRig): void {
  mails.hooks.onData = () => 'drop';
  texts.answer = () => 'drop';
}

describeBackends('providers that fail', (backend) => {
  // rows in which the queue has no part
  const itOnce = isLong || backend.kind === 'postgres' ? it : it.skip;
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await FaultRig.start(backend);
  });
  afterAll(() => rig?.stop());
  afterEach(() => {
    rig.mails.hooks.onData = undefined;
    rig.texts.answer = () => 'accept';
  });

  itOnce('F23: an answer that never comes leaves a doubt, not a second message', () => expectDoubts(rig));

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

  // the last one: from here on a provider has messages twice, as the shop wishes
  itOnce(
    'F23b: a service message in doubt is handed over once more where the shop wants it, and no more than that',
    () => expectResentOnce(rig),
  );
});

async function expectDoubts(rig: FaultRig): Promise<void> {
  const before = (await rig.judge()).unknown;
  beSilent(rig);
  await rig.send(60, 30);
  const outcome = await rig.judge();
  rig.stops += outcome.unknown;
  expectKept('F23', rig, outcome);
  expect(outcome.unknown - before).toBe(120);
}

async function expectResentOnce(rig: FaultRig): Promise<void> {
  await rig.complete();
  await rig.sql(`update app.shop set resend_unknown = '{email,sms}'`);
  beSilent(rig);
  // the log that could be asked shows nothing
  rig.texts.logs = () => false;
  const before = await rig.judge();
  await rig.send(30, 30);
  const inDoubt = await rig.judge();
  await rig.sql(
    `update app.message set handed_at = handed_at - interval '16 minutes' where unknown_policy = 'resend_once'`,
  );
  await rig.oracle.until(`select not exists (select 1 from app.message where unknown_policy = 'resend_once'
    and (doubt_answer is null or state <> 'unknown')) as done`);
  const after = await rig.judge();
  const handed = noteResent('F23b', rig, { before, inDoubt, after });
  expect(after).toMatchObject({ lost: [], contradicted: [] });
  expect(handed).toEqual(Array.from({ length: 60 }, () => 2));
}
