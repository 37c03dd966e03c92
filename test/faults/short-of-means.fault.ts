import { jest } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../e2e/installation.js';
import { describeBackends } from '../support/describe-backends.js';
import type { AppProcess } from '../support/processes.js';
import { describeLong, expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(1_800_000);

const FILES = 128;
/** Node keeps one in reserve, to hang up on whoever it can't let in. */
const SPARE_FILES = 3;
const EXHAUSTED_MS = 8_000;
const LIMIT_MS = 60_000;
/** Of the heap of each process, in MiB: as small as a container may be. */
const HEAP = '--max-old-space-size=128';
const MINUTE_MS = 60_000;

const noLimits = spawnSync('prlimit', ['--version'], { stdio: 'ignore' }).status !== 0;
const describeLimited = noLimits ? describe.skip : describeLong;

describeLimited('processes without file descriptors', () => {
  describeBackends('to spare', (backend) => {
    let rig: FaultRig;
    beforeAll(async () => {
      rig = await FaultRig.start(backend);
    });
    afterAll(() => rig?.stop());

    it('F46: hang up and refuse while there is none left, and go on by themselves', async () => {
      const apps = [...rig.running('ingest'), ...rig.workers()];
      for (const { pid } of apps) execFileSync('prlimit', ['--pid', String(pid), `--nofile=${FILES}:${FILES}`]);
      const sent = rig.send(400, 20);
      await sleep(2_000);
      const crowds = apps.map((app) => new Crowd(app));
      try {
        await eventually(
          async () => (apps.every(({ pid }) => filesOf(pid) >= FILES - SPARE_FILES) ? true : null),
          LIMIT_MS,
        );
        // what breaks now can't be opened again
        rig.database.cut('reset');
        rig.redis?.cut('reset');
        rig.stops += apps.length;
        await sleep(EXHAUSTED_MS);
      } finally {
        for (const crowd of crowds) crowd.leave();
      }
      const refused = (rig.tally.answers.get(0) ?? 0) + (rig.tally.answers.get(503) ?? 0);
      await sent;
      expect(refused).toBeGreaterThan(0);
      await rig.oracle.endLeases();
      expectKept('F46', rig, await rig.judge());
    });
  });
});

describeLong('processes with little memory', () => {
  describeBackends('under load', (backend) => {
    let rig: FaultRig;
    beforeAll(async () => {
      rig = await FaultRig.start(backend, { ingest: 2, worker: 2 }, 'PT2S', { NODE_OPTIONS: HEAP });
    });
    afterAll(() => rig?.stop());

    it('F47: lose nothing, and those that end for want of it are raised once a minute at most', async () => {
      const startedAt = performance.now();
      let fallen = 0;
      await rig.sendDuring(6_000, 100, async () => {
        await sleep(1_000);
        fallen += await rig.raiseFallen();
      });
      fallen += await rig.raiseFallen();
      const minutes = Math.ceil((performance.now() - startedAt) / MINUTE_MS);
      process.stdout.write(`F47: ${fallen} ended in ${minutes} minutes\n`);
      if (fallen > 0) await rig.oracle.endLeases();
      expectKept('F47', rig, await rig.judge());
      expect(fallen).toBeLessThanOrEqual(minutes);
    });
  });
});

const filesOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Strangers who take every connection that a process lets them have, and say nothing on it. */
class Crowd {
  private readonly sockets = new Set<Socket>();
  private readonly coming: NodeJS.Timeout;

  constructor({ port }: AppProcess) {
    this.coming = setInterval(() => {
      while (this.sockets.size < FILES) this.come(port);
    }, 100);
  }

  leave(): void {
    clearInterval(this.coming);
    for (const socket of this.sockets) socket.destroy();
  }

  private come(port: number): void {
    const socket = connect(port, '127.0.0.1');
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
  }
}
