import { ReadFunnel } from '#app/application';
import { PgFactsReader, PgHousekeeping, PgVisits } from '#app/persistence';
import { jest } from '@jest/globals';
import pg from 'pg';
import { aJourney, JourneyRig, send, wait } from './journeys-rig.js';

jest.setTimeout(600_000);
/** More by RUNS=100000. */
const RUNS = Number(process.env['RUNS'] ?? 5_000);
const BATCH = 5_000;
/** Of ten. */
const WAITING = Number(process.env['WAITING'] ?? 3);

/** Three visits and a message each: some runs wait at the last step, a tenth was refused its message. */
const SEED = `
  with version as (select id, journey_id from app.journey_version limit 1),
  person as (insert into app.customer (shop_id, id, facts, order_count)
    values (app.current_shop(), gen_random_uuid(), '{}', 0) returning shop_id, id),
  n as (select i, gen_random_uuid() as id, app.now() + i * interval '1 second' as at, i % 10 < $3::integer as waits, i % 10 = 9 as refused
    from generate_series($1::integer, $1::integer + $2::integer - 1) i),
  run as (insert into app.journey_run (shop_id, id, journey_id, version_id, customer_id, entry_key, status, step, state, run_month,
      started_at, ended_at, end_reason)
    select p.shop_id, n.id, v.journey_id, v.id, p.id, i::text, s.status, s.step,
      jsonb_build_object('status', s.status, 'step', s.step, 'visit', 3, 'seq', 3), date_trunc('month', at)::date, at,
      case when not waits then at end, case when not waits then 'end' end
    from n cross join version v cross join person p cross join lateral (
      select case when waits then 'waiting' else 'completed' end as status, case when waits then 'rest' end as step) s),
  line as (insert into app.run_journal (shop_id, run_month, run_id, seq, kind, step, at, data)
    select app.current_shop(), date_trunc('month', n.at)::date, n.id, l.seq, l.kind, l.step, n.at, jsonb_build_object('visit', l.seq + 1)
    from n cross join lateral (values (0, 'passed', 'pause'), (1, 'sent', 'say'),
      (2, case when waits then 'waited' else 'passed' end, 'rest')) l (seq, kind, step)),
  timer as (insert into app.timer (shop_id, run_id, due_at)
    select app.current_shop(), n.id, now() + interval '9 years' from n where waits)
  insert into app.message (shop_id, id, message_key, journey_id, version_id, run_id, step, visit, customer_id, medium, class, template,
    context, state, reason, due_at, not_before, sent_at)
  select p.shop_id, gen_random_uuid(), sha256(n.id::text::bytea), v.journey_id, v.id, n.id, 'say', 2, p.id, 'email', 'service', 'say',
    '{}', case when refused then 'failed' else 'sent' end, case when refused then 'bounced' end, at, at, at
  from n cross join version v cross join person p`;

describe('the funnel of a journey with many runs', () => {
  let rig: JourneyRig;
  let funnels: ReadFunnel;
  let owner: pg.Client;
  beforeAll(async () => {
    rig = await JourneyRig.start('funnel-scale');
    owner = new pg.Client({ connectionString: rig.ownerUrl });
    await owner.connect();
    funnels = new ReadFunnel(rig.unitOfWork, new PgVisits(), new PgFactsReader());
    await rig.publish(aJourney({ steps: [wait('pause', 'PT1H'), send('say'), wait('rest', 'PT24H')] }));
    for (let from = 1; from < RUNS; from += BATCH) await rig.query(SEED, [from, BATCH, WAITING]);
    await owner.query('vacuum analyze');
  });
  afterAll(async () => {
    await owner.end();
    await rig.stop();
  });

  /** Rows that statements have read of a table, as PostgreSQL counts them. */
  const rowsRead = async (): Promise<number> => {
    await rig.query('select pg_stat_force_next_flush()');
    const [row] = await rig.query<{ n: string }>(
      `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) as n from pg_stat_user_tables
       where schemaname = 'app' and relname ~ '^(run_journal_|message$)'`,
    );
    return Number(row?.n ?? 0);
  };
  const timed = async <T>(work: () => Promise<T>): Promise<{ ms: number; result: T; read: number }> => {
    const before = await rowsRead();
    const start = performance.now();
    const result = await work();
    return { ms: Math.round(performance.now() - start), result, read: (await rowsRead()) - before };
  };

  it('reads the visits of those alone of whom nothing is noted', async () => {
    const house = new PgHousekeeping(rig.dataSource, 90);
    const first = await timed(() => funnels.run(rig.shop.id, 'thanks', {}));
    const ended = await timed(() => house.foldEnded());
    const waiting = await timed(() => house.foldWaiting());
    await owner.query('vacuum analyze');
    const then = await timed(() => funnels.run(rig.shop.id, 'thanks', {}));
    console.log(
      `${RUNS} runs: ${first.ms} ms, ${first.read} rows read; noted ${ended.result} in ${ended.ms} ms, ` +
        `${waiting.result} in ${waiting.ms} ms; then ${then.ms} ms, ${then.read} rows read`,
    );
    expect([ended.result, waiting.result]).toEqual([RUNS * (1 - WAITING / 10), (RUNS * WAITING) / 10]);
    expect(then.result).toEqual(first.result);
    expect(then.result.steps[1]).toMatchObject({ entered: RUNS, sent: RUNS * 0.9, failed: { bounced: RUNS * 0.1 } });
    expect(then.result.steps[2]?.waiting).toEqual({ time: (RUNS * WAITING) / 10 });
    expect(first.read).toBeGreaterThanOrEqual(RUNS * 4);
    expect(then.read).toBe(0);
  });
});
