import { FactsStore, InboxPort, type Transaction, UnitOfWork } from '#app/application';
import { pg as connectionOf } from '#app/persistence';
import type pg from 'pg';
import { fillInbox } from '../support/backlog.js';
import { ApiRig } from './api-rig.js';

const BACKLOG = 20_000;
const BATCH = 50;
/** So that PostgreSQL believes each shop to have little. */
const SMALL_SHOPS = 40;
/** Of each body of a batch, in all that is asked; a scan of what waits would read a hundred times as many. */
const READS_EACH = 8;

/** Rows of bodies that this connection has read and not yet told the statistics of. */
const READ = `select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::int as read from pg_stat_xact_all_tables where relname like 'inbox_event%'`;

const readBy = async (client: pg.Client): Promise<number> => {
  const [row] = (await client.query<{ read: number }>(READ)).rows;
  return row?.read ?? NaN;
};
const readIn = async (tx: Transaction): Promise<number> => {
  const [row] = await connectionOf(tx).query<{ read: number }>(READ);
  return row?.read ?? NaN;
};

let rig: ApiRig;
beforeAll(async () => {
  rig = await ApiRig.start('intake_plans');
});
afterAll(() => rig.stop());

describe('taking bodies in from a backlog that was analysed before any was claimed', () => {
  it('reads what is claimed, not what waits', async () => {
    const { smallShops } = await fillInbox(rig.owner, BACKLOG, SMALL_SHOPS, 1);
    await rig.owner.query('begin');
    // statements that are planned once for all: as in a worker that has been at it for a while
    await rig.owner.query('set local plan_cache_mode = force_generic_plan');
    const claims = [];
    const before = await readBy(rig.owner);
    for (let turn = 0; turn < SMALL_SHOPS + 2; turn += 1)
      claims.push((await rig.owner.query(`select shop_id from app.claim_inbox($1, '60 s')`, [BATCH])).rowCount);
    const claimed = (await readBy(rig.owner)) - before;
    await rig.owner.query('rollback');
    expect(claims.toSorted((a, b) => (a ?? 0) - (b ?? 0)).slice(-2)).toEqual([BATCH, BATCH]);
    // each claim looks at the first of every shop
    expect(claimed).toBeLessThan((SMALL_SHOPS ** 2 + 2 * BATCH) * 2);

    const inbox = rig.app.get(InboxPort, { strict: false });
    const facts = rig.app.get(FactsStore, { strict: false });
    let bodies = await inbox.claim(BATCH);
    while (smallShops.includes(bodies[0]?.shopId ?? '')) bodies = await inbox.claim(BATCH);
    const settle = async (tx: Transaction): Promise<number> => {
      await connectionOf(tx).run('set local plan_cache_mode = force_generic_plan');
      const already = await readIn(tx);
      expect((await facts.stillClaimed(tx, bodies)).size).toBe(BATCH);
      await inbox.finish(
        tx,
        bodies.map((body) => ({ body, note: null })),
      );
      return (await readIn(tx)) - already;
    };
    const uow = rig.app.get(UnitOfWork, { strict: false });
    expect(await uow.inShop(bodies[0]?.shopId ?? '', settle)).toBeLessThan(BATCH * READS_EACH);
  });
});
