import { jest } from '@jest/globals';
import { eventually } from '../e2e/installation.js';
import { describeLong } from './report.js';
import { harmsOn } from './queue-harms.js';
import { FaultRig } from './rig.js';

jest.setTimeout(600_000);

const POSTGRES = { kind: 'postgres', redisUrl: () => undefined } as const;
const MAX_STOP_MS = 60_000;
const READY_MS = 120_000;
/** Longer than any lease, the one of a letter that is being handed over. */
const LEASES_SECONDS = 240;
const DAY_SECONDS = 86_400;
/** Housekeeping comes every fifteen seconds. */
const SETTLE_MS = 60_000;
/** Each of them is ready, and ends when it is told, in a fraction of that. */
const DEAF_MS = 20_000;

/** Leases as each worker's own clock says, instead of the one clock of the database. */
const OWN_CLOCKS = `
create or replace function app.lease_now() returns timestamptz language sql volatile parallel safe
  set search_path = pg_catalog
  as $$ select clock_timestamp() + coalesce(nullif(current_setting('app.own_clock', true), ''), '0')::integer * interval '1 second' $$`;
const ONE_CLOCK = `
create or replace function app.lease_now() returns timestamptz language sql volatile parallel safe
  set search_path = pg_catalog
  as $$ select clock_timestamp() $$`;

describeLong('the oracle, of workers with a flaw,', () => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await FaultRig.start(POSTGRES, { ingest: 1, worker: 2 });
  });
  afterAll(() => rig?.stop());
  beforeEach(() => rig.startOver());
  afterEach(() => {
    rig.mails.hooks.onData = undefined;
  });

  /** A worker of this clock dies with letters in its hands, all leases of the right clock run out, and others go on. */
  async function dieAhead(seconds: number): Promise<void> {
    await rig.stopAll('worker', MAX_STOP_MS);
    const worker = rig.startInjured('worker', `own-leases:${seconds}`);
    await worker.untilReady(READY_MS);
    rig.mails.hooks.onData = () => 'hang';
    await rig.send(20, 20);
    await eventually(async () => ((await rig.oracle.inHand()).length > 0 ? true : null), SETTLE_MS);
    await worker.kill();
    rig.mails.hooks.onData = undefined;
    await rig.oracle.letLeasesPass(LEASES_SECONDS);
    await rig.heal(worker);
  }

  it('NC8: sees work that nobody takes up where leases go by the clock of each worker', async () => {
    await rig.sql(OWN_CLOCKS);
    await dieAhead(0);
    expect(await rig.judge(SETTLE_MS)).toMatchObject({ lost: [], doubled: [], contradicted: [] });
    await dieAhead(DAY_SECONDS);
    await expect(rig.judge(SETTLE_MS)).rejects.toThrow(/rows are left to do/);
    await rig.sql(ONE_CLOCK);
  });

  it('NC14: sees workers that are deaf where nobody asks whether the queue answers before they start on it', async () => {
    const { shutOut, letIn } = harmsOn(POSTGRES, () => rig);
    await rig.stopAll('worker', MAX_STOP_MS);
    await shutOut();
    const worker = rig.startInjured('worker', 'eager-queue');
    try {
      await expect(worker.untilReady(DEAF_MS)).rejects.toThrow('was not ready within');
      await expect(worker.stop(DEAF_MS)).rejects.toThrow('did not stop within');
    } finally {
      await letIn();
      await rig.heal(worker);
    }
  });
});
