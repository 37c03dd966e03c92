import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../e2e/installation.js';
import { HttpClient } from '../support/http-client.js';
import { isLong } from '../support/proof.js';
import { ask } from '../support/ask.js';

import { expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(isLong ? 900_000 : 240_000);

const POSTGRES = { kind: 'postgres', redisUrl: () => undefined } as const;
const PAUSE = 'PT8S';
const JUMPS = isLong ? 20 : 2;
/** Clocks of one machine, read in two processes. */
const SAME_MOMENT_MS = 50;

/** Puts the clocks of the database forward (or back) by seconds: the one by which things fall due, and the one of leases. */
const clocksAt = (business: number, leases: number): string => `
create or replace function app.now() returns timestamptz language sql stable parallel safe set search_path = pg_catalog
  as $$ select coalesce((select instant from app.virtual_clock), clock_timestamp() + interval '${business} seconds') $$;
create or replace function app.lease_now() returns timestamptz language sql volatile parallel safe set search_path = pg_catalog
  as $$ select clock_timestamp() + interval '${leases} seconds' $$`;

const DUE = `
select c.phone, extract(epoch from m.due_at) * 1000 as due from app.message m
join app.customer c on c.shop_id = m.shop_id and c.id = m.customer_id where m.medium = 'sms'`;

/** How each worker finds the clock. */
const seenIn = (rig: FaultRig): Promise<string[]> =>
  Promise.all(
    rig.apps
      .filter(({ name }) => name === 'worker')
      .map(async ({ port }) => {
        const http = new HttpClient(`http://127.0.0.1:${port}`, 1);
        const { text } = await http.send({ method: 'GET', path: '/readyz', timeoutMs: 5_000 });
        http.close();
        return (JSON.parse(text) as { checks?: Record<string, string> }).checks?.['clock'] ?? text;
      }),
  );
const allSee = (rig: FaultRig, verdict: string): Promise<true> =>
  eventually(async () => ((await seenIn(rig)).every((one) => one === verdict) ? true : null), 60_000);

/** Texts that the provider got before their time, by clocks that nobody has moved. */
const earlyIn = async (rig: FaultRig): Promise<string[]> => {
  const rows = await ask<{ phone: string; due: string }>(rig.databaseUrl, DUE);
  const due = new Map(rows.map((row) => [row.phone, Number(row.due)]));
  return rig.texts.calls.flatMap(({ form, at }) =>
    at < (due.get(form['To'] ?? '') ?? 0) - SAME_MOMENT_MS ? [form['To'] ?? ''] : [],
  );
};

describe('a database whose clock is moved', () => {
  let rig: FaultRig;
  beforeAll(async () => {
    rig = await FaultRig.start(POSTGRES, { ingest: 1, worker: 2 }, PAUSE);
  });
  afterAll(() => rig?.stop());

  it('F17: by an hour, again and again: workers stand still until it is right, and nothing goes out early', async () => {
    for (let jump = 0; jump < JUMPS; jump += 1) {
      await rig.send(30, 60);
      const seconds = jump % 2 === 0 ? 3_600 : -3_600;
      await rig.sql(clocksAt(seconds, seconds));
      await allSee(rig, 'failed');
      const before = rig.texts.calls.length;
      await sleep(3_000);
      expect(rig.texts.calls.length).toBe(before);
      await rig.sql(clocksAt(0, 0));
      await allSee(rig, 'ok');
    }
    const outcome = await rig.judge();
    expectKept('F17', rig, outcome);
    expect(await earlyIn(rig)).toEqual([]);
    const said = rig.workers().map(({ output }) => output);
    for (const output of said) expect(output).toMatch(/clock was moved; work stands still[^]*clock is right again/);
  });

  it('would send early if nobody looked: the clock of business alone is no jump to the guard', async () => {
    const last = rig.tally.accepted.size;
    await rig.send(30, 60);
    await rig.sql(clocksAt(3_600, 0));
    await eventually(async () => (rig.texts.calls.length >= last + 1 ? true : null), 60_000);
    expect(await seenIn(rig)).toEqual(['ok', 'ok']);
    expect((await earlyIn(rig)).length).toBeGreaterThan(0);
    await rig.sql(clocksAt(0, 0));
  });
});
