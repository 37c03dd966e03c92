import { jest } from '@jest/globals';
import { openAll } from './entries-rig.js';
import { aJourney, JourneyRig } from './journeys-rig.js';

jest.setTimeout(600_000);
/** More by PEOPLE=100000. */
const PEOPLE = Number(process.env['PEOPLE'] ?? 10_000);

describe('dates of many people', () => {
  let rig: JourneyRig;
  beforeAll(async () => {
    rig = await JourneyRig.start('journeys-entries-scale');
    // a 365th of them has a birthday on each day
    await rig.query(
      `insert into app.customer (shop_id, id, facts, order_count)
       select app.current_shop(), gen_random_uuid(), jsonb_build_object('externalIds', jsonb_build_array(n::text), 'email', null, 'phone', null,
         'firstName', null, 'lastName', null, 'locale', null, 'timeZone', null, 'country', null, 'tags', '[]'::jsonb, 'consents', '{}'::jsonb,
         'firstSeenAt', null, 'stamps', '{}'::jsonb,
         'attributes', jsonb_build_object('birthday', to_char(date '1990-01-01' + n % 365, 'YYYY-MM-DD'))), 0
       from generate_series(1, $1) n`,
      [PEOPLE],
    );
  });
  afterAll(() => rig.stop());

  /** Rows that statements have read of a table, as PostgreSQL counts them. */
  const rowsRead = async (): Promise<number> => {
    await rig.query('select pg_stat_force_next_flush()');
    const [row] = await rig.query<{ n: string }>(
      `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) as n from pg_stat_user_tables
       where schemaname = 'app' and relname in ('journey_date', 'journey_walk', 'customer', 'orders', 'journey_run')`,
    );
    return Number(row?.n ?? 0);
  };
  const timed = async <T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> => {
    const start = performance.now();
    const result = await work();
    return { ms: Math.round(performance.now() - start), result };
  };

  it('are looked up in the background, and cost what is due when they come', async () => {
    await rig.publish(
      aJourney({
        key: 'birthday',
        trigger: { date: 'customer.attributes.birthday', every: 'year' },
        entry: { key: 'customer.id', per: 'year', reentry: 'never' },
      }),
    );
    const backfill = await timed(() => openAll(rig));
    expect(await rig.query('select count(*)::int as n from app.journey_date')).toEqual([{ n: PEOPLE }]);
    await rig.query('analyze app.journey_date, app.customer').catch(() => undefined);
    const idle = await rowsRead();
    const nothing = await timed(() => openAll(rig));
    const quiet = (await rowsRead()) - idle;
    await rig.setNow('2026-03-11T08:00:00.000Z');
    const before = await rowsRead();
    const due = await timed(() => openAll(rig));
    const read = (await rowsRead()) - before;
    console.log(
      `${PEOPLE} people: looked up in ${backfill.ms} ms; nothing due: ${nothing.ms} ms, ${quiet} rows read; ` +
        `${due.result} due: ${due.ms} ms, ${(read / due.result).toFixed(1)} rows read each`,
    );
    expect(due.result).toBe(Math.floor(PEOPLE / 365) + (PEOPLE % 365 >= 69 ? 1 : 0));
    expect(quiet).toBeLessThan(50);
    expect(read / due.result).toBeLessThan(40);
  });
});
