import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeBackends } from '../support/describe-backends.js';
import { ask } from '../support/ask.js';

import { expectKept, itLong } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(1_800_000);

/** FAULTS_CROWD: so many instead, for a look at the row itself. */
const DUE = Number(process.env['FAULTS_CROWD'] ?? 30_000);
const FIRST_LIMIT_S = 60;

const WAITING = `select count(*)::int as n from app.timer where state = 'scheduled' and due_at > app.now() + interval '1 hour'`;
const SENT = `select count(*)::int as n from app.message where medium = 'sms' and state = 'sent'`;

describeBackends('a crowd whose waits end at once', (backend) => {
  let rig: FaultRig;
  beforeAll(async () => {
    rig = await FaultRig.start(backend, { ingest: 2, worker: 2 }, 'PT8H');
  });
  afterAll(() => rig?.stop());

  itLong('F19: of thirty thousand each is woken once, the first of them at once', () => expectAllWoken(rig));
});

async function expectAllWoken(rig: FaultRig): Promise<void> {
  const count = async (sql: string): Promise<number> => (await ask<{ n: number }>(rig.databaseUrl, sql))[0]?.n ?? 0;
  await rig.send(DUE, 200);
  while ((await count(WAITING)) < DUE) await sleep(1_000);
  const startedAt = performance.now();
  await rig.sql(
    `update app.journey_run r set state = jsonb_set(r.state, '{stepState,until}', to_jsonb((extract(epoch from app.now()) * 1000)::bigint)) where r.status = 'waiting';
     update app.timer t set due_at = to_timestamp((r.state->'stepState'->>'until')::numeric / 1000)
       from app.journey_run r where r.shop_id = t.shop_id and r.id = t.run_id`,
  );
  while ((await count(SENT)) === 0) await sleep(100);
  const firstSeconds = (performance.now() - startedAt) / 1_000;
  const outcome = await rig.judge();
  const seconds = (performance.now() - startedAt) / 1_000;
  process.stdout.write(
    `F19: ${DUE} due at once on ${rig.backend}, the first text after ${firstSeconds.toFixed(1)} s, ${(DUE / seconds).toFixed(0)} a second\n`,
  );
  expectKept('F19', rig, outcome);
  expect(firstSeconds).toBeLessThan(FIRST_LIMIT_S);
}
