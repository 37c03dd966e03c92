import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../support/command.js';
import { isLong, noteProof } from '../support/proof.js';
import { pairObstacle, PostgresPair } from '../support/postgres-pair.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { redisObstacle } from '../support/test-redis.js';
import { emailOf, phoneOf } from './load.js';
import { ask } from '../support/ask.js';

import { expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(400_000);

const POSTGRES = { kind: 'postgres', redisUrl: () => undefined } as const;
/** The promise is 30 s; a crowded machine may take longer to promote. */
const SILENCE_LIMIT_MS = 30_000;

const noPair = pairObstacle();
if (isLong && noPair) process.stderr.write(`skipped: fail-over: ${noPair}\n`);
const describePair = isLong && !noPair ? describe : describe.skip;
const describeCluster = isLong && !redisObstacle() ? describe : describe.skip;

let pair: PostgresPair;
let rig: FaultRig | undefined;

async function start(mode: 'synchronous' | 'asynchronous'): Promise<FaultRig> {
  pair = await PostgresPair.start(mode);
  rig = await FaultRig.start(POSTGRES, { ingest: 2, worker: 2 }, 'PT2S', {}, pair);
  return rig;
}

// the rig stops what it stands on as well
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

describePair('a primary that dies and a standby that takes over', () => {
  it('F25: with a synchronous standby nothing is lost or doubled, and journeys go on by themselves', async () => {
    const rig = await start('synchronous');
    const sent = rig.send(240, 30);
    await rig.pause(2_000, 3_000);
    rig.stops += rig.apps.length;
    await pair.crash();
    const silentSince = performance.now();
    await pair.comeBack();
    const taken = rig.tally.accepted.size;
    while (rig.tally.accepted.size === taken) await sleep(50);
    const silentMs = performance.now() - silentSince;
    await sent;
    process.stdout.write(`F25: nobody was answered 2xx for ${(silentMs / 1_000).toFixed(1)} s\n`);
    expect(await pausedShops(rig)).toBe(0);
    await rig.oracle.endLeases();
    expectKept('F25', rig, await rig.judge());
    expect(silentMs).toBeLessThan(SILENCE_LIMIT_MS);
  });

  it('F25: NC2: an asynchronous standby loses what it had not got; what leaves is held, so nothing is doubled', async () => {
    const rig = await start('asynchronous');
    await loseTheLastSeconds(rig, pair);
    expect(await pausedShops(rig)).toBe(1);
    await runCommand(['resume', '--all', '--overdue', 'exit', '--messages', 'skip'], {
      DATABASE_URL: rig.databaseUrl,
      SECRET_KEY: pair.secretKey,
    });
    await sleep(5_000);
    const { lost, doubled } = await compare(rig);
    noteProof({
      fault: 'F25',
      backend: 'postgres',
      cases: rig.tally.accepted.size,
      kills: 1,
      lost: lost.length,
      doubled: doubled.length,
      seed: rig.seed,
    });
    process.stdout.write(
      `F25: asynchronous: ${lost.length} of ${rig.tally.accepted.size} lost, ${doubled.length} doubled\n`,
    );
    expect(lost.length).toBeGreaterThan(0);
    expect(doubled).toEqual([]);
  });
});

describePair('a standby that takes over unnoticed', () => {
  it('F25: NC: without the hold the oracle sees messages that went out twice', async () => {
    const rig = await start('asynchronous');
    await rig.sql(`create or replace function app.notice_server() returns text language sql as $$ select 'same' $$`);
    await loseTheLastSeconds(rig, pair);
    await rig.oracle.endLeases();
    await rig.oracle.reap();
    await sleep(10_000);
    const { doubled } = await compare(rig);
    expect(doubled.length).toBeGreaterThan(0);
  });
});

/** Orders come in and messages go out, of which the standby learns nothing; then the primary dies. */
async function loseTheLastSeconds(rig: FaultRig, pair: PostgresPair): Promise<void> {
  const sent = rig.send(240, 30);
  await sleep(3_000);
  pair.replication.set({ kind: 'black-hole' });
  await sleep(3_000);
  rig.stops += rig.apps.length;
  await pair.crash();
  await pair.comeBack();
  await sent;
}

async function pausedShops(rig: FaultRig): Promise<number> {
  const sql = `select count(*)::int as n from app.shop where paused_at is not null and pause_scope = 'journeys'`;
  const [row] = await ask<{ n: number }>(rig.databaseUrl, sql);
  return row?.n ?? 0;
}

/** What the providers were handed, beside what was answered 2xx and what is stored. */
async function compare(rig: FaultRig): Promise<{ lost: number[]; doubled: number[] }> {
  const rows = await ask<{ id: string }>(rig.databaseUrl, 'select external_id as id from app.orders');
  const stored = new Set(rows.map(({ id }) => Number(id)));
  const handed = [
    ...rig.mails.mails.filter(({ answer }) => !/^[45]/.test(answer)).flatMap(({ to }) => to),
    ...rig.texts.calls.filter(({ sid }) => sid !== undefined).map(({ form }) => form['To'] ?? ''),
  ];
  const times = (address: string): number => handed.filter((to) => to === address).length;
  const accepted = [...rig.tally.accepted];
  return {
    lost: accepted.filter((id) => !stored.has(id)),
    doubled: accepted.filter((id) => times(emailOf(id)) > 1 || times(phoneOf(id)) > 1),
  };
}

describeCluster('queues on a Redis Cluster', () => {
  let redis: RedisCluster | undefined;
  afterEach(() => redis?.stop());

  it('F11: carries every hint, and a node that dies and comes back empty costs nothing', async () => {
    redis = await RedisCluster.start();
    const { url } = redis;
    rig = await FaultRig.start({ kind: 'redis', redisUrl: () => url });
    await rig.send(60, 30);
    const [most = 0, ...others] = (await redis.keys('{afterglow}')).sort((a, b) => b - a);
    expect(most).toBeGreaterThan(0);
    // BullMQ's scripts touch several keys at once
    expect(others).toEqual([0, 0]);

    const sent = rig.send(120, 30);
    await rig.pause(500, 1_500);
    await redis.killHolderOf('{afterglow}');
    await sleep(4_000);
    await redis.complete();
    await sent;
    expectKept('F11', rig, await rig.judge());
    // hints flow again: the node that was empty holds keys of the queues
    await rig.send(30, 30);
    expect(Math.max(...(await redis.keys('{afterglow}')))).toBeGreaterThan(0);
  });
});
