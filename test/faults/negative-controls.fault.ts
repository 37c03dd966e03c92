import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultRig } from './rig.js';

jest.setTimeout(180_000);

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

/** Mutations of the system that the oracle must see: a harness that passes them proves nothing. */
describe('the oracle', () => {
  let rig: FaultRig;

  beforeEach(async () => {
    rig = await FaultRig.start(POSTGRES, { ingest: 1, worker: 2 });
  });
  afterEach(() => rig?.stop());

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
    const outcome = await rig.judge().catch((error: unknown) => error as Error);
    const seen = outcome instanceof Error ? outcome.message : outcome.doubled.join('\n');
    expect(seen).toMatch(/handed over 2 times|taken|tried again/);
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
    const outcome = await rig.judge().catch((error: unknown) => error as Error);
    const seen = outcome instanceof Error ? outcome.message : outcome.lost.join('\n');
    expect(seen).not.toBe('');
  });
});
