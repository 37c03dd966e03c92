import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Backlog, fillInbox, leftOf } from '../support/backlog.js';
import { bounded, compared, type Figure, plain } from './figures.js';
import { IntakeProbe } from './intake-probe.js';
import { type Rig, withClient } from './rig.js';
import { quantile } from './statistics.js';

export interface BacklogOptions {
  /** Bodies that wait. */
  backlog: number;
}

interface Drained {
  seconds: number;
  smallSeconds: number;
  overtaken: number;
  /** Of the first and of the last quarter, in bodies a second. */
  firstRate: number;
  lastRate: number;
}

const SUITE = 'load';
const SMALL_SHOPS = 50;
/** Of each small shop; all else is the huge one's. */
const OF_EACH = 20;
const BATCH = 200;
const LOOK_EVERY_MS = 200;
/** A look at each row costs what the worker would need. */
const THOROUGH_LOOKS = 5;
const QUIET_PROBES = 100;

/** Bodies of a huge shop and fifty small ones that nobody took while workers were away; then one worker comes. */
export async function benchBacklog(rig: Rig, { backlog }: BacklogOptions): Promise<Figure[]> {
  const url = await rig.database('load_backlog', 'migrated');
  const shop = await rig.setUpShop(url, 'postgres', []);
  const ingest = await rig.startApp('ingest', url, 'postgres');
  const firstWorker = await rig.startApp('worker', url, 'postgres');
  const probe = await IntakeProbe.start(url, { ...shop, port: ingest.port });
  try {
    const quiet = await probe.take(QUIET_PROBES);
    await firstWorker.stop();
    return await withClient(url, async (client) => {
      const events = Math.max(backlog, 2 * SMALL_SHOPS * OF_EACH);
      const filled = await fillInbox(client, events - SMALL_SHOPS * OF_EACH, SMALL_SHOPS, OF_EACH);
      const ceiling = await bareRate(client, filled);
      await rig.settle();
      const worker = await rig.startApp('worker', url, 'postgres');
      const cpuBefore = rig.cpuSeconds([worker.pid]);
      const probing = probe.takeUntilStopped();
      const result = await drained(client, filled);
      const cpu = rig.cpuSeconds([worker.pid]) - cpuBefore;
      const busy = await probing.stop();
      await worker.stop();
      return figuresOf(events, result, ceiling, cpu, quiet, busy);
    });
  } finally {
    await probe.stop();
    await ingest.stop();
  }
}

function figuresOf(
  events: number,
  { seconds, smallSeconds, overtaken, firstRate, lastRate }: Drained,
  ceiling: number,
  cpu: number,
  quiet: readonly number[],
  busy: readonly number[],
): Figure[] {
  const candidate = `backlog of ${events.toLocaleString('en')}`;
  const small = `its ${SMALL_SHOPS} small shops`;
  const other = 'a shop that comes meanwhile';
  const rate = { suite: SUITE, candidate, what: 'taken in/s', values: [events / seconds], ceilings: [ceiling] };
  return [
    compared({ ...rate, atLeast: 0.01 }),
    plain(SUITE, candidate, 'minutes', [seconds / 60]),
    plain(SUITE, candidate, 'core-ms each', [(cpu * 1_000) / events]),
    // what has been done makes what is left no slower to find
    compared({
      suite: SUITE,
      candidate,
      what: 'last quarter/s',
      values: [lastRate],
      ceilings: [firstRate],
      atLeast: 0.7,
    }),
    // their share of all is small, and so should be the time until they are through
    compared({
      suite: SUITE,
      candidate: small,
      what: 'seconds',
      values: [smallSeconds],
      ceilings: [seconds],
      atMost: 0.5,
    }),
    bounded({ suite: SUITE, candidate, what: 'taken before an older one', values: [overtaken], atMost: 0 }),
    plain(SUITE, other, 'p50 ms from answer to done, before', [quantile(quiet, 0.5)]),
    plain(SUITE, other, 'p95 ms from answer to done, before', [quantile(quiet, 0.95)]),
    plain(SUITE, other, 'p50 ms from answer to done', [quantile(busy, 0.5)]),
    // one batch of the huge shop is under way whenever it comes
    bounded({
      suite: SUITE,
      candidate: other,
      what: 'p95 ms from answer to done',
      values: [quantile(busy, 0.95)],
      atMost: 1_000,
    }),
  ];
}

async function drained(client: pg.Client, backlog: Backlog): Promise<Drained> {
  const startedAt = performance.now();
  const now = (): number => (performance.now() - startedAt) / 1_000;
  const total = backlog.events;
  const progress: { at: number; done: number }[] = [];
  let smallSeconds = 0;
  let overtaken = 0;
  for (;;) {
    const { done, isSmallLeft } = await progressOf(client, backlog);
    progress.push({ at: now(), done });
    if (isSmallLeft) smallSeconds = now();
    const looks = progress.length > 1 ? Math.floor((done / total) * THOROUGH_LOOKS) : 0;
    const looked = Math.floor(((progress.at(-2)?.done ?? 0) / total) * THOROUGH_LOOKS);
    if (looks > looked) overtaken = Math.max(overtaken, (await leftOf(client, backlog)).overtaken);
    if (done >= total) break;
    await sleep(LOOK_EVERY_MS);
  }
  const atShare = (share: number): number => progress.find(({ done }) => done >= share * total)?.at ?? now();
  // the worker's start is none of the first quarter
  const firstAt = progress.find(({ done }) => done > 0)?.at ?? 0;
  return {
    seconds: now(),
    smallSeconds,
    overtaken,
    firstRate: total / 4 / (atShare(0.25) - firstAt),
    lastRate: total / 4 / (atShare(1) - atShare(0.75)),
  };
}

/** How far it is through the huge shop, which it goes through in order, and whether anything of the small ones is left. */
async function progressOf(
  client: pg.Client,
  { hugeShop, smallShops, events, firstSeq }: Backlog,
): Promise<{ done: number; isSmallLeft: boolean }> {
  const { rows } = await client.query<{ seq: string | null; small: boolean }>(
    `select (select e.seq from app.inbox_event e where e.shop_id = $1 and e.state in ('new', 'claimed')
         order by e.received_at, e.seq limit 1) as seq,
       exists (select 1 from app.inbox_event e where e.shop_id = any($2) and e.state in ('new', 'claimed')) as small`,
    [hugeShop, smallShops],
  );
  const { seq = null, small: isSmallLeft = false } = rows[0] ?? {};
  if (seq !== null) return { done: Number(seq) - firstSeq, isSmallLeft };
  return { done: isSmallLeft ? events - 1 : events, isSmallLeft };
}

/** The same rows taken and marked by one connection that does nothing with them, undone afterwards. */
async function bareRate(client: pg.Client, { events }: Backlog): Promise<number> {
  // in one transaction every claim passes those before it
  const rows = Math.min(events, 5_000);
  const startedAt = performance.now();
  await client.query('begin');
  for (let taken = 0; taken < rows; taken += BATCH) {
    await client.query(`select id, body from app.claim_inbox($1, '60 s')`, [BATCH]);
    await client.query(`update app.inbox_event set state = 'done', lease_until = null where state = 'claimed'`);
  }
  await client.query('rollback');
  const seconds = (performance.now() - startedAt) / 1_000;
  await client.query('vacuum app.inbox_event');
  return rows / seconds;
}
