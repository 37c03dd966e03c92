import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultRig } from './rig.js';

jest.setTimeout(600_000);

const MAX_STOP_MS = 60_000;
const LIMIT_MS = 120_000;
const POSTGRES = { kind: 'postgres', redisUrl: () => undefined } as const;

/** The reaper as it must not be: what may have been sent is sent again. */
const RESENDING_REAPER = `
create or replace function app.reap_leases() returns table (kind text, n bigint)
  language sql volatile security definer set search_path = app, pg_temp
as $$
  with again as (
    update app.message m set state = 'queued', lease_until = null
    where m.state in ('claimed', 'handing') and m.lease_until < app.lease_now() returning 1
  ), timers as (
    update app.timer t set state = 'scheduled', lease_until = null
    where t.state = 'claimed' and t.lease_until < app.lease_now() returning 1
  )
  select 'released', count(*) from again union all select 'timers', count(*) from timers $$`;

/** What the oracle has to say against it, or nothing. */
async function seen(rig: FaultRig, limitMs?: number): Promise<string> {
  return rig.judge(limitMs).then(
    ({ lost, doubled, contradicted }) => [...lost, ...doubled, ...contradicted].join('\n'),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** Each test breaks it in a way that the oracle must see: a harness that passes that proves nothing. */
let rig: FaultRig;

beforeEach(async () => {
  rig = await FaultRig.start(POSTGRES, { ingest: 1, worker: 2 });
});
afterEach(() => rig?.stop());

describe('the oracle, of a database with a flaw,', () => {
  it('NC4: sees messages doubled by a reaper that sends again what may have been sent', async () => {
    await rig.sql(RESENDING_REAPER);
    rig.mails.hooks.onData = async () => {
      await sleep(400);
      return undefined;
    };
    await rig.sendDuring(150, 40, async () => {
      await rig.pause(400, 900);
      await rig.killOne('worker');
    });
    await rig.oracle.endLeases();
    await rig.oracle.reap();
    expect(await seen(rig)).toMatch(/handed over 2 times|taken|tried again/);
  });

  it('NC1: sees orders lost by a database that answers before it has stored', async () => {
    await rig.sql('alter system set synchronous_commit = off');
    await rig.sql('alter system set wal_writer_delay = 10000');
    await rig.sql('alter system set fsync = off');
    await rig.sql('select pg_reload_conf()');
    await sleep(500);
    const sent = rig.send(300, 100);
    await sleep(2_500);
    await rig.cluster.crash();
    await rig.cluster.comeBack();
    await sent;
    await rig.oracle.endLeases();
    expect(await seen(rig)).not.toBe('');
  });
});

describe('the oracle, of processes with a flaw,', () => {
  it('NC3: sees messages doubled by workers that send first and mark then', async () => {
    await rig.stopAll('worker', MAX_STOP_MS);
    rig.mails.hooks.onData = async () => {
      await sleep(400);
      return undefined;
    };
    await rig.send(30, 60);
    const worker = rig.startInjured('worker', 'send-then-mark');
    await rig.mails.waitFor(5, LIMIT_MS);
    await worker.kill();
    await rig.oracle.endLeases();
    await rig.oracle.reap();
    await rig.heal(worker);
    expect(await seen(rig)).toContain('handed over 2 times');
  });

  it('NC5: sees what is left behind where nobody looks for due rows but the queue', async () => {
    await rig.stopAll('worker', MAX_STOP_MS);
    for (let n = 0; n < 2; n += 1) await rig.startInjured('worker', 'no-sweeper').untilReady(LIMIT_MS);
    const sent = rig.send(30, 30);
    for (let n = 0; n < 10; n += 1) {
      await sleep(100);
      await rig.sql('truncate bullmq.job cascade');
    }
    await sent;
    expect(await seen(rig, 15_000)).toMatch(/rows are left to do/);
  });

  it('NC6: sees orders lost by a taker that answers before it has stored', async () => {
    await rig.stopAll('ingest', MAX_STOP_MS);
    const taker = rig.startInjured('ingest', 'answer-first');
    await taker.untilReady(LIMIT_MS);
    await rig.send(40, 40);
    await rig.heal(taker);
    expect(await seen(rig, 20_000)).toMatch(/ messages of 40 orders/);
  });
});
