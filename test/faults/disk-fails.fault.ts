import { jest } from '@jest/globals';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, eventually } from '../e2e/installation.js';
import { ask } from '../support/ask.js';
import { describeBackends } from '../support/describe-backends.js';
import { isLong } from '../support/proof.js';
import { describeLong, expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(600_000);

const POSTGRES = { kind: 'postgres', redisUrl: () => undefined } as const;
const DISK = '320m';
/** The log of the server is a part of what fills the disk. */
const SMALL_LOG = { max_connections: '300', min_wal_size: '32MB', max_wal_size: '64MB' };
const LIMIT_MS = 90_000;
const FULL_MS = 5_000;
const BLOCK = Buffer.alloc(64 * 1024);

const obstacle = { disk: diskObstacle(), strace: straceObstacle() };
if (isLong) for (const why of Object.values(obstacle)) if (why) process.stderr.write(`skipped: ${why}\n`);
const itDisk = obstacle.disk ? it.skip : it;
const describeStrace = isLong && !obstacle.strace ? describe : describe.skip;

describeLong('a disk without room', () => {
  describeBackends('under the database', (backend) => {
    let disk: string | undefined;
    let rig: FaultRig | undefined;

    beforeAll(async () => {
      if (obstacle.disk) return;
      disk = mkdtempSync(path.join(tmpdir(), 'afterglow-disk-'));
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK},mode=755`, 'tmpfs', disk]);
      const cluster = await Cluster.start(SMALL_LOG, disk);
      rig = await FaultRig.start(backend, { ingest: 1, worker: 2 }, 'PT2S', {}, cluster);
    });
    afterAll(async () => {
      await rig?.stop();
      if (disk === undefined) return;
      execFileSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    });

    itDisk('F24: what cannot be stored is refused, and what was stored is there when there is room again', async () => {
      if (!rig || disk === undefined) throw new Error('There is no disk.');
      await rig.send(60, 30);
      // each process may have handed something over at that moment
      rig.stops += rig.apps.length;
      const sent = rig.send(300, 20);
      const ballast = path.join(disk, 'ballast');
      fill(ballast);
      await eventually(async () => rig?.tally.answers.get(503) ?? null, LIMIT_MS);
      const taken = rig.tally.accepted.size;
      await sleep(FULL_MS);
      rmSync(ballast);
      process.stdout.write(`F24: ${rig.tally.accepted.size - taken} orders taken while there was no room\n`);
      // a server that cannot write its log ends; whoever watches over it starts it again
      if (!(await answers(rig.databaseUrl))) {
        await rig.cluster.goAway().catch(() => undefined);
        await rig.cluster.comeBack();
      }
      await sent;
      await rig.oracle.endLeases();
      expectKept('F24', rig, await rig.judge());
    });
  });
});

const FAILING = [
  [
    'F07: a checkpointer that cannot keep what it wrote makes the server start anew, with all that was answered',
    'checkpointer',
  ],
  [
    'F07: a walwriter that cannot keep what it wrote makes the server start anew, with all that was answered',
    'walwriter',
  ],
  [
    'F07: sessions that cannot keep what they wrote make the server start anew, with all that was answered',
    'client backend',
  ],
] as const;

describeStrace('a disk that fails', () => {
  let rig: FaultRig;
  beforeAll(async () => {
    rig = await FaultRig.start(POSTGRES, { ingest: 1, worker: 2 });
  });
  afterAll(() => rig?.stop());

  it.each(FAILING)('%s', async (_title, kind) => {
    rig.stops += rig.apps.length;
    const startedAt = await serverStart(rig);
    const sent = rig.send(200, 20);
    await rig.pause(1_000, 2_000);
    const failing = await failSync(rig, kind);
    await rig.sql('checkpoint').catch(() => undefined);
    await eventually(async () => ((await serverStart(rig).catch(() => startedAt)) > startedAt ? true : null), LIMIT_MS);
    failing.kill();
    await sent;
    await rig.oracle.endLeases();
    expectKept('F07', rig, await rig.judge());
  });
});

/** From now on no process of this kind gets anything onto the disk. */
async function failSync(rig: FaultRig, kind: string): Promise<ReturnType<typeof spawn>> {
  const rows = await ask<{ pid: number }>(
    rig.databaseUrl,
    `select pid from pg_stat_activity where backend_type = '${kind}' and pid <> pg_backend_pid()`,
  );
  const of = rows.flatMap(({ pid }) => ['-p', String(pid)]);
  const calls = 'fsync,fdatasync';
  const args = ['-f', '-qq', '-o', '/dev/null', ...of, '-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`];
  return spawn('strace', args, { stdio: 'ignore' });
}

/** When the server's processes began to share their memory: later after each recovery. */
async function serverStart(rig: FaultRig): Promise<number> {
  const [row] = await ask<{ at: Date }>(
    rig.databaseUrl,
    `select backend_start as at from pg_stat_activity where backend_type = 'checkpointer'`,
  );
  return row?.at.getTime() ?? 0;
}

function answers(databaseUrl: string): Promise<boolean> {
  return ask(databaseUrl, 'select 1').then(
    () => true,
    () => false,
  );
}

/** Writes until there is no room left. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    for (;;) writeSync(descriptor, BLOCK);
  } catch {
    closeSync(descriptor);
  }
}

function diskObstacle(): string | undefined {
  return process.getuid?.() === 0 && process.platform === 'linux'
    ? undefined
    : 'F24: only root may mount a disk of its own for it';
}

function straceObstacle(): string | undefined {
  const { status } = spawnSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' });
  return status === 0 ? undefined : 'F07: there is no strace, or it may not be used here';
}
