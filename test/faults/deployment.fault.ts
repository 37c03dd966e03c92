import { jest } from '@jest/globals';
import { AnotherBuild } from '../support/another-build.js';
import { ask } from '../support/ask.js';
import { describeBackends } from '../support/describe-backends.js';
import { describeLong, expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(1_800_000);

/** FAULTS_OTHER_BUILD: folder of a built former release, to and from which the fleet is moved. */
const OTHER_BUILD = process.env['FAULTS_OTHER_BUILD'];
/** FAULTS_ROLLS: so often instead, where starting takes long. */
const ROLLS = Number(process.env['FAULTS_ROLLS'] ?? 4);
const PER_SECOND = 15;
/** Long enough that people are inside while each process is replaced; another one in each version. */
const pause = (version: number): string => `PT${10 + version}S`;
/** After half a minute each ends by itself, come what may; nothing may be left in doubt then. */
const MAX_STOP_MS = 90_000;

/** Who is inside, and in which version of the journey. */
const NOTE_ENTERED = `drop table if exists public.entered; create table public.entered as select id, version_id from app.journey_run`;
const MOVED = `select count(*)::int as n from public.entered e join app.journey_run r on r.id = e.id where r.version_id <> e.version_id`;
const VERSIONS = `select count(distinct version_id)::int as n from app.journey_run`;

describeLong('a deployment', () => {
  describeBackends('while people are inside', (backend) => {
    let rig: FaultRig;
    let other: AnotherBuild;
    const count = async (sql: string): Promise<number> => (await ask<{ n: number }>(rig.databaseUrl, sql))[0]?.n ?? 0;

    beforeAll(async () => {
      other = AnotherBuild.make(OTHER_BUILD);
      rig = await FaultRig.start(backend, { ingest: 2, worker: 2 }, pause(0));
    });
    afterAll(async () => {
      await rig?.stop();
      other?.remove();
    });

    it('F32: of another build, process by process and to and fro, refuses nobody, leaves no doubt and moves nobody', async () => {
      let isOver = false;
      const sending = (async () => {
        while (!isOver) await rig.send(PER_SECOND * 5, PER_SECOND);
      })();
      try {
        for (let roll = 0; roll < ROLLS; roll += 1) {
          await rig.oracle.until(`select count(*) > 0 as done from app.journey_run where status = 'waiting'`);
          await rig.sql(NOTE_ENTERED);
          await rig.renewJourney(pause(roll + 1));
          const build = roll % 2 === 0 ? other.folder : undefined;
          for (const app of rig.apps) await rig.replace(app, MAX_STOP_MS, build);
          expect(await count(MOVED)).toBe(0);
        }
      } finally {
        isOver = true;
        await sending;
      }
      const outcome = await rig.judge();
      expectKept('F32', rig, outcome);
      expect(outcome.unknown).toBe(0);
      expect(rig.tally.refusals).toEqual([]);
      expect(await count(MOVED)).toBe(0);
      expect(await count(VERSIONS)).toBeGreaterThan(ROLLS);
    });
  });
});
