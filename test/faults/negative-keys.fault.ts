import { jest } from '@jest/globals';
import pg from 'pg';
import { expectInvariants } from '../support/invariants.js';
import { describeLong } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(600_000);

const POSTGRES = { kind: 'postgres', redisUrl: () => undefined } as const;
const REPEATS = 10;

const ANOTHER_ID = `jsonb_build_object('id', gen_random_uuid())`;
/** What takes a key away, and a second row that it would have refused. */
const KEYS: readonly (readonly [key: string, without: string, second: string])[] = [
  [
    'the key of what was answered',
    'alter table app.inbox_dedupe drop constraint inbox_dedupe_pkey',
    'insert into app.inbox_dedupe select * from app.inbox_dedupe limit 1',
  ],
  [
    'the key of the timeline',
    'alter table app.event drop constraint event_pkey',
    'insert into app.event select * from app.event limit 1',
  ],
  [
    'the number of an order',
    'drop index app.orders_external_id',
    `insert into app.orders select c.* from app.orders o, jsonb_populate_record(o, ${ANOTHER_ID}) c limit 1`,
  ],
  [
    'the key of an entry',
    'drop index app.journey_run_entry',
    `insert into app.journey_run select c.* from app.journey_run r, jsonb_populate_record(r, ${ANOTHER_ID}) c limit 1`,
  ],
  [
    'the key of a message',
    'drop index app.message_key',
    `insert into app.message select c.* from app.message m, jsonb_populate_record(m, ${ANOTHER_ID}) c limit 1`,
  ],
];

/** Each of these keys is the last of several safeguards: what it is for is seen only where the others have failed. */
describeLong('the oracle, without a unique key,', () => {
  let rig: FaultRig;
  let client: pg.Client;

  beforeAll(async () => {
    rig = await FaultRig.start(POSTGRES, { ingest: 1, worker: 1 });
    await rig.send(5, 10);
    await rig.judge();
    client = new pg.Client({ connectionString: rig.databaseUrl });
    await client.connect();
  });
  afterAll(async () => {
    await client?.end();
    await rig?.stop();
  });

  it.each(KEYS)('NC7: sees the second row that %s would have refused', async (_key, without, second) => {
    await expect(client.query(second)).rejects.toMatchObject({ code: '23505' });
    await client.query('begin');
    try {
      await client.query(without);
      await client.query(second);
      await expect(expectInvariants(client)).rejects.toThrow(/ times| have the | were sent on /);
    } finally {
      await client.query('rollback');
    }
  });

  it('NC7: sees webhooks that were taken more than once', async () => {
    await rig.sql('alter table app.inbox_dedupe drop constraint inbox_dedupe_pkey');
    await rig.sendEach(10, REPEATS);
    await expect(rig.judge()).rejects.toThrow(/is noted \d+ times/);
  });
});
