import { type DueMessage, DeliveryStore, UnitOfWork } from '#app/application';
import { pg as connectionOf } from '#app/persistence';
import { randomUUID } from 'node:crypto';
import { ApiRig } from './api-rig.js';

const FEW = 20;
const MANY = 40_000;
const ASKED = 20;
/** Of an index, down to its leaf: for the record that a message names, and for the one that it was merged into. */
const PAGES_EACH = 2 * 4;

let rig: ApiRig;
beforeAll(async () => {
  rig = await ApiRig.start('delivery_plans');
});
afterAll(() => rig.stop());

async function pagesOfCustomers(): Promise<number> {
  const { rows } = await rig.owner.query<{ pages: number }>(
    `select (idx_blks_hit + idx_blks_read)::integer as pages from pg_statio_all_tables where relname = 'customer' and schemaname = 'app'`,
  );
  return rows[0]?.pages ?? Number.NaN;
}

describe('the gate of a shop that has grown since its first message', () => {
  it('finds each person by key', async () => {
    const shopId = randomUUID();
    await rig.owner.query(
      `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'grown', 'UTC', 'EUR', 'en')`,
      [shopId],
    );
    const add = (count: number) =>
      rig.owner.query<{ id: string }>(
        `insert into app.customer (shop_id, id, facts) select $1, gen_random_uuid(), '{}' from generate_series(1, $2::int) returning id`,
        [shopId, count],
      );
    const gate = (customers: readonly { id: string }[]) =>
      rig.app.get(UnitOfWork, { strict: false }).inShop(shopId, async (tx) => {
        const messages = customers.map(({ id }) => ({ id: randomUUID(), customerId: id, class: 'service' }));
        await rig.app.get(DeliveryStore, { strict: false }).gate(tx, messages as unknown as DueMessage[]);
        // what was read is told when the transaction ends
        await connectionOf(tx).run('select pg_stat_force_next_flush()');
      });
    const first = await add(FEW);
    // the plan is made here, and kept
    await gate(first.rows.slice(0, ASKED));
    const { rows } = await add(MANY);
    const before = await pagesOfCustomers();
    await gate(rows.slice(0, ASKED));
    const pages = (await pagesOfCustomers()) - before;
    expect(pages).toBeGreaterThanOrEqual(ASKED);
    expect(pages).toBeLessThanOrEqual(ASKED * PAGES_EACH);
  });
});
