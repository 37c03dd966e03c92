import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { compared, type Figure } from './figures.js';
import { type Rig, withClient } from './rig.js';
import { median } from './statistics.js';

export interface TimersOptions {
  rounds: number;
  few: number;
  many: number;
  claims: number;
}

const SUITE = 'timers';
const BATCH = 100;
const LEASE = '60 s';

/** Claims of due timers among many that wait beside the same claims among few. */
export async function benchTimers(
  rig: Rig,
  { rounds, few, many, claims }: TimersOptions,
): Promise<{ figures: Figure[]; plan: string }> {
  const values: number[] = [];
  const ceilings: number[] = [];
  const smallUrl = await rig.database('timers_few', 'migrated');
  const largeUrl = await rig.database('timers_many', 'migrated');
  const small = await withClient(smallUrl, (client) => prepareShop(client, few));
  const large = await withClient(largeUrl, (client) => prepareShop(client, many));
  for (let round = 0; round < rounds; round += 1) {
    ceilings.push(await withClient(smallUrl, (client) => medianClaimMs(client, small, claims)));
    values.push(await withClient(largeUrl, (client) => medianClaimMs(client, large, claims)));
  }
  const plan = await withClient(largeUrl, (client) => planOf(client, large));
  const candidate = `claim of ${BATCH} among ${many.toLocaleString('en')}`;
  const figure = compared({ suite: SUITE, candidate, what: 'median ms', values, ceilings, atMost: 3 });
  return { figures: [figure], plan };
}

/** A shop with that many timers that wait, due over the next month. */
async function prepareShop(client: pg.Client, waiting: number): Promise<string> {
  const shopId = randomUUID();
  await client.query(
    `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'bench', 'UTC', 'EUR', 'en')`,
    [shopId],
  );
  await client.query(
    `insert into app.timer (shop_id, run_id, due_at)
     select $1, gen_random_uuid(), app.now() + interval '1 hour' + n * (interval '30 days' / $2::int)
     from generate_series(1, $2::int) n`,
    [shopId, waiting],
  );
  await client.query('vacuum analyze app.timer');
  return shopId;
}

async function makeDue(client: pg.Client, shopId: string): Promise<void> {
  await client.query(
    `insert into app.timer (shop_id, run_id, due_at)
     select $1, gen_random_uuid(), app.now() - n * interval '1 s' from generate_series(1, $2::int) n`,
    [shopId, BATCH],
  );
}

async function medianClaimMs(client: pg.Client, shopId: string, claims: number): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < claims; count += 1) {
    await makeDue(client, shopId);
    // the commit waits for the disk, whatever was claimed: it is left out
    await client.query('begin');
    const startedAt = performance.now();
    const { rowCount } = await client.query('select * from app.claim_due_timers($1, $2)', [BATCH, LEASE]);
    times.push(performance.now() - startedAt);
    await client.query('commit');
    if (rowCount !== BATCH) throw new Error(`${rowCount} of ${BATCH} due timers were claimed.`);
    // a wait that has ended leaves the table
    await client.query(`delete from app.timer where state = 'claimed'`);
  }
  return median(times);
}

/** How the server carries out the claim, with its own statement and our numbers in it. */
async function planOf(client: pg.Client, shopId: string): Promise<string> {
  const { rows } = await client.query<{ prosrc: string }>(
    `select prosrc from pg_proc where proname = 'claim_timers' and pronamespace = 'app'::regnamespace`,
  );
  // the one statement of the function, without the frame of plpgsql around it
  const body = /return query([\s\S]*);\s*end\s*$/.exec(rows[0]?.prosrc ?? '')?.[1] ?? '';
  const statement = body.replaceAll('p_limit', String(BATCH)).replaceAll('p_lease', `interval '${LEASE}'`);
  await makeDue(client, shopId);
  await client.query('begin');
  const plan = await client.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers) ${statement}`);
  await client.query('rollback');
  return plan.rows.map((row) => row['QUERY PLAN']).join('\n');
}
