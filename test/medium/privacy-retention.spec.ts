import { KeepHouse, VirtualClockPort } from '#app/application';
import { createDataSource, PgRetention } from '#app/persistence';
import { jest } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { ApiRig } from './api-rig.js';
import { Life, PERSON, START } from './privacy-life.js';

jest.setTimeout(60_000);

describe('what is older than it is kept', () => {
  let rig: ApiRig;
  let life: Life;
  let dataSource: DataSource;
  const later = async (months: number) => {
    const day = new Date(START);
    day.setUTCMonth(day.getUTCMonth() + months);
    await rig.app.get(VirtualClockPort).set(day.getTime());
  };
  const keeping = (months: { timeline?: number; journals?: number }) =>
    new PgRetention(dataSource, {
      bodiesMonths: 13,
      contentsMonths: 25,
      timelineMonths: months.timeline,
      journalsMonths: months.journals,
    });
  const monthsOf = async (table: string) => {
    const { rows } = await rig.owner.query<{ name: string }>(
      `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass order by 1`,
      [`app.${table}`],
    );
    return rows.map(({ name }) => name.slice(table.length + 1));
  };

  beforeAll(async () => {
    rig = await ApiRig.start('retention');
    dataSource = await createDataSource(rig.database.appUrl, { poolSize: 2 }).initialize();
    life = new Life(rig);
    await life.open();
    await life.live();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await rig.stop();
  });

  it('goes by the month, bodies first, and only once the whole month is too old', async () => {
    const before = await monthsOf('inbox_event');
    expect(before).toContain('2026_03');
    await later(13);
    expect(await keeping({}).dropMonths()).toBe(before.filter((month) => month < '2026_03').length);
    await later(14);
    expect(await keeping({}).dropMonths()).toBe(1);
    expect(await monthsOf('inbox_event')).not.toContain('2026_03');
    expect(await monthsOf('event')).toContain('2026_03');
  });

  it('stays while somebody needs it: bodies that wait, runs under way', async () => {
    await rig.owner.query(
      `insert into app.inbox_event (shop_id, received_at, id, source_id, kind, headers, body)
       values ($1, '2026-04-05T00:00:00Z', gen_random_uuid(), $1, 'api', '{}', '{}')`,
      [rig.shopId],
    );
    await later(24);
    await keeping({ journals: 13 }).dropMonths();
    expect(await monthsOf('inbox_event')).toEqual(expect.arrayContaining(['2026_04']));
    expect(await monthsOf('inbox_event')).not.toContain('2026_05');
    expect(await monthsOf('run_journal')).toContain('2026_03');
    await rig.owner.query(`delete from app.inbox_event where received_at < '2026-05-01'`);
    await keeping({}).dropMonths();
    expect(await monthsOf('inbox_event')).not.toContain('2026_04');
  });

  it('leaves funnels as they are when journals go', async () => {
    const funnel = async () => (await rig.get('/api/v1/journeys/everything/funnel')).body;
    const customer = await life.idOf(PERSON.email);
    await rig.post(`/api/v1/customers/${customer}/erase`, { reason: 'test' });
    await life.erasures();
    await rig.app.get(KeepHouse).run();
    const before = await funnel();
    await keeping({ journals: 13, timeline: 13 }).dropMonths();
    for (const table of ['run_journal', 'delivery_attempt', 'event'])
      expect(await monthsOf(table)).not.toContain('2026_03');
    expect(await funnel()).toEqual(before);
  });

  it('are texts of messages, by the wall time of their making', async () => {
    const contents = async () =>
      Number((await rig.owner.query(`select count(*) as n from app.message_content`)).rows[0]?.n);
    await rig.owner.query(
      `insert into app.message_content (shop_id, message_id, text) select shop_id, id, 'x' from app.message on conflict do nothing`,
    );
    const all = await contents();
    expect(await keeping({}).forgetContents()).toBe(0);
    await rig.owner.query(
      `insert into app.message select (jsonb_populate_record(m, $1)).* from app.message m where m.state = 'sent' limit 1`,
      [JSON.stringify({ id: '00000000-0000-7000-8000-000000000001', message_key: '\\x00' })],
    );
    await rig.owner.query(
      `insert into app.message_content (shop_id, message_id, text) select shop_id, id, 'x' from app.message on conflict do nothing`,
    );
    expect(await contents()).toBe(all + 1);
    expect(await keeping({}).forgetContents()).toBe(1);
    expect(await contents()).toBe(all);
  });
});
