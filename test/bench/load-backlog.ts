import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Backlog, fillInbox, leftOf } from '../support/backlog.js';
import { bounded, compared, type Figure, plain } from './figures.js';
import { type Rig, withClient } from './rig.js';

export interface BacklogOptions {
  /** Bodies that wait. */
  backlog: number;
}

const SUITE = 'load';
const SMALL_SHOPS = 50;
/** Of each small shop; all else is the huge one's. */
const OF_EACH = 20;
const BATCH = 200;
const LOOK_EVERY_MS = 250;

/** Bodies of a huge shop and fifty small ones that nobody took while workers were away; then one worker comes. */
export async function benchBacklog(rig: Rig, { backlog }: BacklogOptions): Promise<Figure[]> {
  const url = await rig.database('load_backlog', 'migrated');
  return withClient(url, async (client) => {
    const events = Math.max(backlog, 2 * SMALL_SHOPS * OF_EACH);
    const filled = await fillInbox(client, events - SMALL_SHOPS * OF_EACH, SMALL_SHOPS, OF_EACH);
    const ceiling = await bareRate(client, filled);
    await rig.settle();
    const worker = await rig.startApp('worker', url, 'postgres');
    const cpuBefore = rig.cpuSeconds([worker.pid]);
    const { seconds, smallSeconds, overtaken } = await drained(client, filled);
    const cpu = rig.cpuSeconds([worker.pid]) - cpuBefore;
    await worker.stop();
    const candidate = `backlog of ${events.toLocaleString('en')}`;
    return [
      compared({
        suite: SUITE,
        candidate,
        what: 'taken in/s',
        values: [events / seconds],
        ceilings: [ceiling],
        atLeast: 0.01,
      }),
      plain(SUITE, candidate, 'core-ms each', [(cpu * 1_000) / events]),
      // their share of all is small, and so should be the time until they are through
      compared({
        suite: SUITE,
        candidate: `its ${SMALL_SHOPS} small shops`,
        what: 'seconds',
        values: [smallSeconds],
        ceilings: [seconds],
        atMost: 0.5,
      }),
      bounded({ suite: SUITE, candidate, what: 'taken before an older one', values: [overtaken], atMost: 0 }),
    ];
  });
}

async function drained(
  client: pg.Client,
  backlog: Backlog,
): Promise<{ seconds: number; smallSeconds: number; overtaken: number }> {
  const startedAt = performance.now();
  const now = (): number => (performance.now() - startedAt) / 1_000;
  let smallSeconds = 0;
  let overtaken = 0;
  for (;;) {
    const left = await leftOf(client, backlog);
    overtaken = Math.max(overtaken, left.overtaken);
    if (left.small > 0) smallSeconds = now();
    if (left.huge + left.small === 0) return { seconds: now(), smallSeconds, overtaken };
    await sleep(LOOK_EVERY_MS);
  }
}

/** The same rows taken and marked by one connection that does nothing with them, undone afterwards. */
async function bareRate(client: pg.Client, { events }: Backlog): Promise<number> {
  const rows = Math.min(events, 20_000);
  const startedAt = performance.now();
  await client.query('begin');
  for (let taken = 0; taken < rows; taken += BATCH) {
    await client.query(`select id, body from app.claim_inbox($1, '60 s')`, [BATCH]);
    await client.query(`update app.inbox_event set state = 'done', lease_until = null where state = 'claimed'`);
  }
  await client.query('rollback');
  return (rows * 1_000) / (performance.now() - startedAt);
}
