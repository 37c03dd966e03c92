import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { runLoad } from '../bench/http-load.js';
import { preparedRequests } from '../bench/requests.js';
import { type Backlog, type BacklogLeft, fillInbox, leftOf } from '../support/backlog.js';
import { isLong, noteProof } from '../support/proof.js';
import { ask } from '../support/ask.js';

import { FaultRig } from './rig.js';

jest.setTimeout(240_000);

const POSTGRES = { kind: 'postgres', redisUrl: () => undefined } as const;
/** More at once than one process takes in hand. */
const CONNECTIONS = 800;
const SECONDS = 2;
const HUGE = isLong ? 6_000 : 2_000;
const SMALL_SHOPS = isLong ? 50 : 20;
const OF_EACH = 5;
const LIMIT_MS = 150_000;

let rig: FaultRig;
let client: pg.Client;

beforeAll(async () => {
  rig = await FaultRig.start(POSTGRES, { ingest: 1, worker: 2 }, 'PT2S', { LIMIT_WEBHOOKS_PER_MINUTE: '10000000' });
  client = new pg.Client({ connectionString: rig.databaseUrl });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await rig?.stop();
});

const stored = async (): Promise<number> => {
  const [row] = await ask<{ n: string }>(
    rig.databaseUrl,
    `select count(*) as n from app.inbox_event where kind = 'shopify'`,
  );
  return Number(row?.n);
};

describe('more than fits', () => {
  it('F37: of one shop starves no other, and is taken in the order in which it came', async () => {
    // nobody takes anything until all of it is there
    for (const worker of rig.workers()) worker.freeze();
    const backlog = await fillInbox(client, HUGE, SMALL_SHOPS, OF_EACH);
    for (const worker of rig.workers()) worker.thaw();
    const whenSmallWereDone = await until(client, backlog, ({ small }) => small === 0);
    // each of the small ones had its turn beside the huge one's first batches
    expect(whenSmallWereDone.huge).toBeGreaterThan(HUGE / 2);
    expect(whenSmallWereDone.overtaken).toBe(0);
    const end = await until(client, backlog, ({ huge }) => huge === 0);
    const [row] = await ask<{ n: string }>(
      rig.databaseUrl,
      `select count(*) as n from app.event where type = 'customer.created'`,
    );
    const lost = backlog.events - Number(row?.n);
    noteProof({ fault: 'F37', backend: rig.backend, cases: backlog.events, lost, doubled: 0, seed: rig.seed });
    expect([end.overtaken, lost]).toEqual([0, 0]);
  });

  it('F39: is refused at once and to be sent again; what was answered is stored', async () => {
    const { urls, path, secret } = rig.target;
    const port = Number(new URL(urls[0] ?? '').port);
    const before = await stored();
    // a slow database is what makes the room small
    rig.database.set({ kind: 'delay', ms: 150 });
    const load = await runLoad({
      port,
      connections: CONNECTIONS,
      seconds: SECONDS,
      next: preparedRequests({ port, path, secret }, 1_024),
    });
    rig.database.set({ kind: 'pass' });
    const requests = load.latenciesMs.length;
    expect(Object.keys(load.statuses).filter((status) => !['202', '503'].includes(status))).toEqual([]);
    expect(load.accepted).toBeGreaterThan(0);
    expect(load.refusedMs.length).toBeGreaterThan(0);
    const lost = Math.max(0, load.accepted - ((await stored()) - before));
    noteProof({ fault: 'F39', backend: rig.backend, cases: requests, lost, doubled: 0, seed: rig.seed });
    expect(lost).toBe(0);
    // and then it works as before
    const after = await runLoad({
      port,
      connections: 8,
      seconds: 1,
      next: preparedRequests({ port, path, secret }, 1_024),
    });
    expect(Object.keys(after.statuses)).toEqual(['202']);
  });
});

async function until(
  client: pg.Client,
  backlog: Backlog,
  isReached: (left: BacklogLeft) => boolean,
): Promise<BacklogLeft> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const left = await leftOf(client, backlog);
    if (isReached(left)) return left;
    if (performance.now() > deadline) throw new Error(`After ${LIMIT_MS} ms ${JSON.stringify(left)} is left.`);
    await sleep(50);
  }
}
