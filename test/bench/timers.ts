import type pg from 'pg';
import { bounded, compared, type Figure, plain } from './figures.js';
import { type Rig, withClient } from './rig.js';
import { median } from './statistics.js';
import { planOf } from './timers-plan.js';

export interface TimersOptions {
  rounds: number;
  few: number;
  many: number;
  claims: number;
}

interface Claims {
  medianMs: number;
  /** Of a claim that finds nothing. */
  emptyMs: number;
  /** Of 8 KB, read or changed. */
  pages: number;
  emptyPages: number;
}

const SUITE = 'timers';
const SHOPS = 50;
const BATCH = 100;
const LEASE = '60 s';
const CLAIM = `select * from app.claim_due_timers(${BATCH}, '${LEASE}')`;
const ROWS_AT_ONCE = 500_000;

/** Claims of due timers among many that wait beside the same claims among few. */
export async function benchTimers(
  rig: Rig,
  { rounds, few, many, claims }: TimersOptions,
): Promise<{ figures: Figure[]; plan: string }> {
  const smallUrl = await rig.database('timers_few', 'migrated');
  const largeUrl = await rig.database('timers_many', 'migrated');
  await withClient(smallUrl, (client) => fill(client, few));
  const bytes = await withClient(largeUrl, (client) => fill(client, many));
  await rig.settle();
  const values: Claims[] = [];
  const ceilings: Claims[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ceilings.push(await withClient(smallUrl, (client) => measure(client, claims)));
    values.push(await withClient(largeUrl, (client) => measure(client, claims)));
  }
  const plan = await withClient(largeUrl, async (client) => {
    await makeDue(client);
    return planOf(client, CLAIM);
  });
  const candidate = `claim of ${BATCH} among ${many.toLocaleString('en')}`;
  const empty = `claim of none among ${many.toLocaleString('en')}`;
  const beside = (key: keyof Claims): { values: number[]; ceilings: number[] } => ({
    values: values.map((claim) => claim[key]),
    ceilings: ceilings.map((claim) => claim[key]),
  });
  const figures = [
    compared({ suite: SUITE, candidate, what: 'median ms', ...beside('medianMs'), atMost: 3 }),
    // an index is one or two levels deeper
    compared({ suite: SUITE, candidate, what: 'pages', ...beside('pages'), atMost: 2 }),
    bounded({ suite: SUITE, candidate: empty, what: 'median ms', values: beside('emptyMs').values, atMost: 10 }),
    compared({ suite: SUITE, candidate: empty, what: 'pages', ...beside('emptyPages'), atMost: 2 }),
    plain(SUITE, 'a timer that waits', 'bytes with its indexes', [bytes / many]),
  ];
  return { figures, plan };
}

/** Shops with that many timers that wait, due over the next month. Returns what they take on disk. */
async function fill(client: pg.Client, waiting: number): Promise<number> {
  await client.query(
    `insert into app.shop (id, name, time_zone, currency, locale)
     select gen_random_uuid(), 'bench', 'UTC', 'EUR', 'en' from generate_series(1, $1::int)`,
    [SHOPS],
  );
  const sizeOf = async (): Promise<number> => {
    const { rows } = await client.query<{ bytes: string }>(`select pg_total_relation_size('app.timer') as bytes`);
    return Number(rows[0]?.bytes);
  };
  const before = await sizeOf();
  for (let first = 0; first < waiting; first += ROWS_AT_ONCE) {
    // a run is named by the time at which it began, as the ids of the system are
    await client.query(
      `insert into app.timer (shop_id, run_id, due_at)
       select s.ids[1 + n % $3::int], uuidv7(), app.now() + interval '1 hour' + n * (interval '30 days' / $4::int)
       from generate_series($1::int, $2::int) n, (select array_agg(id) as ids from app.shop) s`,
      [first, Math.min(first + ROWS_AT_ONCE, waiting) - 1, SHOPS, waiting],
    );
  }
  await client.query('vacuum (analyze) app.timer');
  return (await sizeOf()) - before;
}

async function makeDue(client: pg.Client): Promise<void> {
  await client.query(
    `insert into app.timer (shop_id, run_id, due_at)
     select s.ids[1 + n % $2::int], uuidv7(), app.now() - n * interval '1 s'
     from generate_series(1, $1::int) n, (select array_agg(id) as ids from app.shop) s`,
    [BATCH, SHOPS],
  );
}

async function measure(client: pg.Client, claims: number): Promise<Claims> {
  const times: number[] = [];
  const emptyTimes: number[] = [];
  for (let count = 0; count < claims; count += 1) {
    await makeDue(client);
    times.push(await timed(client, BATCH));
    // a wait that has ended leaves the table
    await client.query(`delete from app.timer where state = 'claimed'`);
    emptyTimes.push(await timed(client, 0));
  }
  await client.query('vacuum app.timer');
  await makeDue(client);
  const pages = await pagesOf(client);
  await client.query(`delete from app.timer where state = 'claimed'`);
  return { medianMs: median(times), emptyMs: median(emptyTimes), pages, emptyPages: await pagesOf(client) };
}

async function timed(client: pg.Client, expected: number): Promise<number> {
  // the commit waits for the disk, whatever was claimed: it is left out
  await client.query('begin');
  const startedAt = performance.now();
  const { rowCount } = await client.query(CLAIM);
  const ms = performance.now() - startedAt;
  await client.query('commit');
  if (rowCount !== expected) throw new Error(`${rowCount} of ${expected} due timers were claimed.`);
  return ms;
}

/** What the server touched for a claim, all of its statements together. */
async function pagesOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
    `explain (analyze, buffers, format json) ${CLAIM}`,
  );
  const plan = rows[0]?.['QUERY PLAN'][0].Plan ?? {};
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
}
