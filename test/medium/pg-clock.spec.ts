import 'reflect-metadata';
import { createDataSource, PgClock, PgHousekeeping, PgUnitOfWork, PgVirtualClock } from '#app/persistence';
import type { DataSource } from 'typeorm';
import { freshDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: DataSource;
let owner: DataSource;
beforeAll(async () => {
  database = await freshDatabase('pg clock');
  [app, owner] = (await Promise.all(
    [database.appUrl, database.ownerUrl].map((url) => createDataSource(url, { poolSize: 2 }).initialize()),
  )) as [DataSource, DataSource];
});
afterAll(async () => {
  await Promise.all([app.destroy(), owner.destroy()]);
  await database.drop();
});

describe('PgClock', () => {
  it('tells the wall time while the clock is real', async () => {
    const now = await new PgClock(app).now();
    expect(Math.abs(now - Date.now())).toBeLessThan(5000);
  });

  it('stands still while the clock is virtual, within a transaction and without one', async () => {
    const clock = new PgClock(app);
    await owner.query(`insert into app.virtual_clock (instant) values ('2018-02-03T04:05:06.789Z')`);
    const expected = Date.parse('2018-02-03T04:05:06.789Z');
    expect(await clock.now()).toBe(expected);
    expect(await new PgUnitOfWork(app).acrossShops((tx) => clock.now(tx))).toBe(expected);
    await owner.query('delete from app.virtual_clock');
  });

  it('measures durations that grow', async () => {
    const clock = new PgClock(app);
    const before = clock.monotonicMs();
    await clock.sleep(5);
    expect(clock.monotonicMs()).toBeGreaterThan(before);
  });
});

describe('PgVirtualClock', () => {
  it('names as next due a millisecond at which the thing is due', async () => {
    const [shop, run] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
    await owner.query(
      `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'Shop', 'UTC', 'EUR', 'en')`,
      [shop],
    );
    await owner.query(
      `insert into app.timer (shop_id, run_id, due_at) values ($1, $2, '2018-03-01T00:00:00.000001Z')`,
      [shop, run],
    );
    await owner.query(`select app.set_virtual_clock('2018-01-01T00:00:00Z')`);
    const { nextTimer } = await new PgVirtualClock(app).agenda();
    expect(nextTimer).toBe(Date.parse('2018-03-01T00:00:00.001Z'));
  });
});

describe('PgHousekeeping', () => {
  it('makes the partitions of three months once', async () => {
    const housekeeping = new PgHousekeeping(app, 90);
    await owner.query(`select app.set_virtual_clock('2017-01-15T00:00:00Z')`);
    expect(await housekeeping.makePartitions()).toBe(12);
    expect(await housekeeping.makePartitions()).toBe(0);
    await owner.query(`select 'app.inbox_event_2017_03'::regclass, 'app.run_journal_2017_01'::regclass`);
  });
});
