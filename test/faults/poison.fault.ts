import { jest } from '@jest/globals';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../support/processes.js';
import { emailOf } from './load.js';
import { ask } from '../support/ask.js';

import { describeLong, expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(180_000);

const POSTGRES = { kind: 'postgres', redisUrl: () => undefined } as const;
/** The order whose mail ends whoever composes it. */
const CULPRIT = 20;
const ORDERS = 60;
/** Claims without progress, and a worker beside the one that dies may be at it as well. */
const MAX_DEATHS = 6;
const LIMIT_MS = 90_000;

/** The reaper as it must not be: what ended its worker is as good as new. */
const FORGETFUL_REAPER = `
create or replace function app.reap_leases() returns table (kind text, n bigint)
  language sql volatile security definer set search_path = app, pg_temp
as $$
  with unknown as (
    update app.message m set state = 'unknown', reason = 'lease-expired', lease_until = null
    where m.state = 'handing' and m.lease_until < app.lease_now() returning 1
  ), released as (
    update app.message m set state = 'queued', lease_until = null, attempts = greatest(m.attempts - 1, 0)
    where m.state = 'claimed' and m.lease_until < app.lease_now() returning 1
  ), timers as (
    update app.timer t set state = 'scheduled', lease_until = null
    where t.state = 'claimed' and t.lease_until < app.lease_now() returning 1
  )
  select 'unknown', count(*) from unknown union all select 'released', count(*) from released union all select 'timers', count(*) from timers $$`;

let rig: FaultRig;

beforeEach(async () => {
  const preload = path.join(projectRoot(), 'dist', 'test', 'faults', 'deadly-message.js');
  rig = await FaultRig.start(POSTGRES, { ingest: 1, worker: 2 }, 'PT2S', {
    NODE_OPTIONS: `--import=${preload}`,
    DEADLY_ADDRESS: emailOf(CULPRIT),
  });
});
afterEach(() => rig?.stop());

/** Raises workers until the culprit is set aside, or has killed more than it may. */
const deathsUntilSetAside = async (): Promise<number> => {
  const deadline = performance.now() + LIMIT_MS;
  let deaths = 0;
  while (deaths <= MAX_DEATHS && performance.now() < deadline) {
    const fallen = await rig.raiseFallen();
    deaths += fallen;
    if (fallen > 0) {
      await rig.oracle.endLeases();
      await rig.oracle.reap();
    }
    const letters = await ask(rig.databaseUrl, `select 1 from app.dead_letter where kind = 'message'`);
    if (letters.length > 0) break;
    await sleep(200);
  }
  return deaths;
};

describe('a message that ends whoever composes it', () => {
  it('F36: is set aside after five deaths, and takes nothing along', async () => {
    const sent = rig.send(ORDERS, 30);
    const deaths = await deathsUntilSetAside();
    await sent;
    expect(deaths).toBeGreaterThanOrEqual(5);
    expect(deaths).toBeLessThanOrEqual(MAX_DEATHS);
    await rig.oracle.endLeases();
    expectKept('F36', rig, await rig.judge());
    const failed = await ask(
      rig.databaseUrl,
      `select o.external_id from app.message m join app.orders o
      on o.shop_id = m.shop_id and o.id = m.order_id where m.state = 'failed'`,
    );
    expect(failed).toEqual([{ external_id: String(CULPRIT) }]);
  });
});

describeLong('the same with a reaper that forgets', () => {
  it('NC12: kills for ever where only failures that were told are counted', async () => {
    await rig.sql(FORGETFUL_REAPER);
    await rig.send(ORDERS, 30);
    expect(await deathsUntilSetAside()).toBeGreaterThan(MAX_DEATHS);
  });
});
