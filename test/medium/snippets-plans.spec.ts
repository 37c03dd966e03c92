import { SnippetStore, UnitOfWork } from '#app/application';
import { pg as connectionOf } from '#app/persistence';
import { ApiRig } from './api-rig.js';

const FEW = 20;
const MANY = 30_000;
const ASKED = 20;
/** Down to the leaf of an index, and the row. */
const PAGES_EACH = 6;

let rig: ApiRig;
beforeAll(async () => {
  rig = await ApiRig.start('snippets_plans');
}, 60_000);
afterAll(() => rig.stop());

async function pagesOfSnippets(): Promise<number> {
  const { rows } = await rig.owner.query<{ pages: number }>(
    `select (coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0) + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0))::int as pages
     from pg_statio_user_tables where schemaname = 'app' and relname = 'product_snippet'`,
  );
  return rows[0]?.pages ?? Number.NaN;
}

describe('the snippets of a shop that has far more since its first message', () => {
  it('are found by key', async () => {
    const add = (from: number, to: number) =>
      rig.owner.query(
        `insert into app.product_snippet (shop_id, name, about, product, locale, text)
         select $1, 'care', 'sku', 'K-' || n, 'default', 'Wash it.' from generate_series($2::int, $3::int) n`,
        [rig.shopId, from, to],
      );
    const keys = Array.from({ length: ASKED }, (_, index) => ({ about: 'sku' as const, product: `K-${index + 1}` }));
    const found = (names: readonly string[] | null) =>
      rig.app.get(UnitOfWork, { strict: false }).inShop(rig.shopId, async (tx) => {
        const snippets = await rig.app.get(SnippetStore, { strict: false }).about(tx, keys, names);
        // what was read is told when the transaction ends
        await connectionOf(tx).run('select pg_stat_force_next_flush()');
        return snippets.length;
      });
    await add(1, FEW);
    await rig.owner.query('analyze app.product_snippet');
    // a plan that is kept is made here
    for (let turn = 0; turn < 6; turn += 1) expect(await found(['care'])).toBe(ASKED);
    await add(FEW + 1, MANY);
    for (const names of [['care'], null]) {
      const before = await pagesOfSnippets();
      expect(await found(names)).toBe(ASKED);
      const pages = (await pagesOfSnippets()) - before;
      expect(pages).toBeGreaterThanOrEqual(ASKED);
      expect(pages).toBeLessThanOrEqual(ASKED * PAGES_EACH);
    }
  });
});
