import { jest } from '@jest/globals';
import pg from 'pg';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { orderPlaced, parcelDelivered } from '../support/shopify-orders.js';
import { Cluster, Installation } from './installation.js';

jest.setTimeout(180_000);
const CROWD = 400;
/** Rows that the way of one order may read in any table: some visits by key to the few rows that are its own, never the crowd's. */
const MAX_ROWS = 100;
const TABLES = ['customer', 'customer_identity', 'orders', 'event', 'journey_run', 'message', 'survey_answer', 'timer'];
TABLES.push('run_journal', 'message_content', 'link_token', 'suppression', 'inbox_event', 'inbox_dedupe');

/** Rows read so far, by table; partitions count for their table. */
async function rowsRead(client: pg.Client): Promise<Map<string, number>> {
  const { rows } = await client.query<{ name: string; n: string }>(
    `select regexp_replace(relname, '_[0-9_]+$', '') as name, sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) as n
     from pg_stat_user_tables where schemaname = 'app' group by 1`,
  );
  return new Map(rows.map(({ name, n }) => [name, Number(n)]));
}

describe('a shop with many customers', () => {
  let cluster: Cluster;
  let shop: Installation;
  let owner: pg.Client;

  beforeAll(async () => {
    cluster = await Cluster.start();
    const databaseUrl = await cluster.database();
    owner = new pg.Client({ connectionString: databaseUrl });
    await owner.connect();
    // small tables are read whole because that is cheaper: here only what has no other way is
    await owner.query(`alter database "${new URL(databaseUrl).pathname.slice(1)}" set enable_seqscan = off`);
    shop = new Installation(cluster, databaseUrl, { CLOCK: 'virtual', CLOCK_START: '2026-03-02T08:00:00.000Z' });
    await shop.start('standalone');
    for (const preset of ['order-thank-you', 'delay-apology', 'repeat-thank-you']) await shop.install(preset);
    await shop.install('delivery-csat', { window: null, after: 'PT1H' });
    await shop.install('review-request', { window: null, after: 'PT2H', reminder: false });
  });

  afterAll(() =>
    tidyUp(
      () => owner?.end(),
      () => shop && expectInvariants(shop.databaseUrl),
      () => shop?.stop(),
      () => cluster?.stop(),
    ),
  );

  const buyAndReceive = async (ids: number[]): Promise<void> => {
    const sender = await shop.sender();
    const { now: at } = await shop.client.get<{ now: string }>('/api/v1/clock');
    await Promise.all(ids.map((id) => sender.send(orderPlaced({ id, email: `p${id}@example.com`, at }))));
    await shop.advance('PT1M');
    await Promise.all(ids.map((id) => sender.send(parcelDelivered({ id, at }))));
    await shop.advance('P1D');
  };

  it('reads for one more order what belongs to it', async () => {
    await buyAndReceive(Array.from({ length: CROWD }, (_, index) => 1_000 + index));
    expect(await shop.messages('journey=review-request')).toHaveLength(CROWD);
    // the counters of a connection are handed in when it ends
    await shop.restart('stop', 'standalone');
    await owner.query('analyze');
    const before = await rowsRead(owner);
    await buyAndReceive([5_000]);
    await shop.stop();
    const after = await rowsRead(owner);
    const read = TABLES.map((table) => [table, (after.get(table) ?? 0) - (before.get(table) ?? 0)] as const);
    expect(read.filter(([, n]) => n > MAX_ROWS)).toEqual([]);
    expect(read.find(([table]) => table === 'customer')?.[1]).toBeGreaterThan(0);
  });
});
