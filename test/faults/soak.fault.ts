import { jest } from '@jest/globals';
import { ask } from '../support/ask.js';
import { describeBackends } from '../support/describe-backends.js';
import { faultsOfASoak, type SoakFault } from './soak-faults.js';
import { expectKept } from './report.js';
import { FaultRig } from './rig.js';
import { MemoryTrend } from './memory-trend.js';

/** `npm run faults -- --soak --minutes 480`: on each backend. */
const MINUTES = Number(process.env['FAULTS_SOAK_MINUTES'] ?? 0);
const MINUTE_MS = 60_000;
const PER_SECOND = 10;
const PAUSE = 'PT5S';
/** A short soak sees what warms up, and not what leaks. */
const MAX_PERCENT_PER_HOUR = MINUTES >= 240 ? 1 : Infinity;
/** Of tables too small for the ratio to say anything, autovacuum takes its time. */
const DEAD_ROWS = `
select schemaname || '.' || relname as table, n_live_tup::int as live, n_dead_tup::int as dead from pg_stat_user_tables
where schemaname in ('app', 'bullmq') and n_dead_tup > 2 * n_live_tup and n_dead_tup > 10000`;

jest.setTimeout(MINUTES * MINUTE_MS + 3_600_000);

const describeSoak = MINUTES > 0 ? describe : describe.skip;

describeSoak('a soak', () => {
  describeBackends('of all faults', (backend) => {
    let rig: FaultRig;
    beforeAll(async () => {
      rig = await FaultRig.start(backend, { ingest: 2, worker: 3 }, PAUSE);
    });
    afterAll(() => rig?.stop());

    it('F48: one fault after the other, whichever comes, leaves every promise kept', async () => {
      const [worker] = rig.workers();
      const [ingest] = rig.running('ingest');
      const [api] = rig.running('api');
      if (!worker || !ingest || !api) throw new Error('The fleet is not complete.');
      const spared = { worker, ingest };
      // these live from the beginning to the end
      const memory = new MemoryTrend([worker, ingest, api]);
      const done = new Map<string, number>();
      const faults = faultsOfASoak(backend, rig, spared);
      const endMs = performance.now() + MINUTES * MINUTE_MS;
      while (performance.now() < endMs) {
        await rig.sendDuring(60 * PER_SECOND, PER_SECOND, minuteWith(faults, done));
        memory.note();
      }
      await rig.oracle.endLeases();
      const outcome = await rig.judge();
      expectKept('F48', rig, outcome);
      const dead = await ask<{ table: string }>(rig.databaseUrl, DEAD_ROWS);
      process.stdout.write(
        `F48: ${JSON.stringify({ done: Object.fromEntries(done), memory: memory.report(), dead })}\n`,
      );
      expect(dead).toEqual([]);
      expect(rig.apps.flatMap(({ process }) => process?.output.match(/an error that nobody caught/g) ?? [])).toEqual(
        [],
      );
      expect(Math.max(...memory.percentPerHour())).toBeLessThanOrEqual(MAX_PERCENT_PER_HOUR);
    });

    /** One fault, at a time of its own in each minute; whoever asks again in the same minute waits. */
    function minuteWith(faults: readonly SoakFault[], done: Map<string, number>): () => Promise<void> {
      let isDone = false;
      return async () => {
        if (isDone) return rig.pause(200, 400);
        isDone = true;
        await rig.pause(5_000, 25_000);
        const fault = faults[Math.floor(rig.random() * faults.length)];
        if (!fault) return;
        process.stdout.write(`F48: ${new Date().toISOString()} ${fault.name}\n`);
        await fault.harm();
        done.set(fault.name, (done.get(fault.name) ?? 0) + 1);
      };
    }
  });
});
