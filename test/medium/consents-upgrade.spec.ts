import { randomUUID } from 'node:crypto';
import { KeepHouse } from '#app/application';
import { createDataSource } from '#app/persistence';
import { jest } from '@jest/globals';
import pg from 'pg';
import { freshDatabase, type TestDatabase } from '../support/test-database.js';
import { ApiRig } from './api-rig.js';

const WITHOUT_RECORDS = 6;
/** Longer than a statement may take elsewhere. */
const LONG_S = 16;
const HOUR_MS = 3_600_000;

interface Told {
  readonly inboxId: string;
  readonly customerId: string | null;
}

/** As a worker of the version before writes it: the timeline alone. */
async function tell(
  owner: pg.Client,
  shopId: string,
  type: string,
  data: object,
  { customerId = randomUUID(), hoursAgo = 1, order = null as string | null, into = 'app.event' } = {},
): Promise<Told> {
  const inboxId = randomUUID();
  await owner.query(
    `insert into ${into} (shop_id, received_at, inbox_id, ordinal, source_id, type, occurred_at, customer_id, order_external_id, body)
     select $1, t, $2, 0, $3, $4, t, $5, $6, $7 from (select app.now() - make_interval(hours => $8) as t) x`,
    [shopId, inboxId, randomUUID(), type, order === null ? customerId : null, order, { data }, hoursAgo],
  );
  return { inboxId, customerId: order === null ? customerId : null };
}

const recordsOf = async (owner: pg.Client): Promise<Record<string, object>> => {
  const { rows } = await owner.query<{ inbox_id: string }>(
    'select inbox_id, channel, customer_id, order_external_id, state, level, classes, proof from app.consent_record',
  );
  return Object.fromEntries(
    rows.map(({ inbox_id, ...row }) => [`${inbox_id} ${(row as { channel: string }).channel}`, row]),
  );
};

const optOut = { channel: 'email', state: 'opted_out', level: 'evidence', proof: 'the link in a mail' };

describe('an installation of before the records of consent', () => {
  let database: TestDatabase;
  let owner: pg.Client;
  const shopId = randomUUID();
  const migrate = async (level?: number): Promise<void> => {
    const dataSource = createDataSource(database.ownerUrl, level === undefined ? {} : { level });
    await dataSource.initialize();
    try {
      await dataSource.runMigrations();
    } finally {
      await dataSource.destroy();
    }
  };

  beforeAll(async () => {
    database = await freshDatabase('consents-upgrade');
    owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    await owner.query('drop schema app cascade; create schema app');
    await migrate(WITHOUT_RECORDS);
    await owner.query('select app.ensure_partitions(app.now())');
    await owner.query(
      `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'old', 'UTC', 'EUR', 'en')`,
      [shopId],
    );
  }, 60_000);
  afterAll(async () => {
    await owner?.end();
    await database?.drop();
  });

  it('has them afterwards, however long that takes, and nobody waits for a shop meanwhile', async () => {
    const said = await tell(owner, shopId, 'consent.changed', optOut);
    const placed = await tell(
      owner,
      shopId,
      'order.placed',
      { consents: [{ channel: 'email' }, { channel: 'sms' }] },
      { order: '1001' },
    );
    await tell(owner, shopId, 'order.placed', {});
    await tell(owner, shopId, 'profile.changed', optOut);
    // a timeline that is long in reading
    await owner.query('alter table app.event rename to event_read');
    await owner.query(
      `create view app.event as select * from app.event_read where (select pg_sleep(${LONG_S})::text) is not null`,
    );
    const migrated = migrate();
    const reading = `select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`;
    const isOver = migrated.then(
      () => true,
      () => true,
    );
    for (;;) {
      if ((await owner.query(reading)).rowCount === 1) break;
      if (await Promise.race([isOver, new Promise<false>((resolve) => setTimeout(resolve, 50, false))])) break;
    }
    await owner.query(`set lock_timeout = '2s'; update app.shop set name = 'at work'`);
    await migrated;
    await owner.query('drop view app.event; alter table app.event_read rename to event');
    const order = { customer_id: null, order_external_id: '1001', state: 'opted_in', level: 'evidence', classes: null };
    expect(await recordsOf(owner)).toEqual({
      [`${said.inboxId} email`]: { ...optOut, customer_id: said.customerId, order_external_id: null, classes: null },
      [`${placed.inboxId} email`]: { ...order, channel: 'email', proof: 'order 1001' },
      [`${placed.inboxId} sms`]: { ...order, channel: 'sms', proof: 'order 1001' },
    });
  }, 120_000);
});

describe('what workers of the version before leave out', () => {
  let rig: ApiRig;
  beforeAll(async () => {
    rig = await ApiRig.start('consents-left-out');
  }, 60_000);
  afterAll(() => rig?.stop());

  it('is kept within the hour, and once', async () => {
    const classes = ['email.marketing'];
    const said = await tell(rig.owner, rig.shopId, 'consent.changed', { ...optOut, classes });
    const days = await tell(rig.owner, rig.shopId, 'consent.changed', optOut, { hoursAgo: 70 });
    await tell(rig.owner, rig.shopId, 'consent.changed', optOut, { hoursAgo: 80 });
    const placed = await tell(
      rig.owner,
      rig.shopId,
      'order.placed',
      { consents: [{ channel: 'sms' }] },
      { order: '1' },
    );
    const house = rig.app.get(KeepHouse);
    expect((await house.run()).consentsKept).toBe(3);
    const first = await recordsOf(rig.owner);
    expect(Object.keys(first).toSorted()).toEqual(
      [`${said.inboxId} email`, `${days.inboxId} email`, `${placed.inboxId} sms`].toSorted(),
    );
    expect(first[`${said.inboxId} email`]).toMatchObject({ customer_id: said.customerId, classes });
    // the order's customer became known
    const customerId = randomUUID();
    await rig.owner.query('update app.event set customer_id = $1 where inbox_id = $2', [customerId, placed.inboxId]);
    const next = await tell(rig.owner, rig.shopId, 'consent.changed', optOut);
    const later = performance.now() + HOUR_MS;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => later);
    try {
      expect((await house.run()).consentsKept).toBe(2);
    } finally {
      clock.mockRestore();
    }
    const second = await recordsOf(rig.owner);
    expect(second[`${next.inboxId} email`]).toMatchObject({ customer_id: next.customerId });
    expect(second[`${placed.inboxId} sms`]).toMatchObject({ customer_id: customerId });
    expect(Object.keys(second)).toHaveLength(4);
  });
});
