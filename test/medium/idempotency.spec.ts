import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { KeepHouse } from '#app/application';
import { ApiRig, BOOTSTRAP_KEY } from './api-rig.js';

const RUNS = Number(process.env['AFTERGLOW_RUNS'] ?? 60);
const KEYS = '/api/v1/keys';

const aKey = (name: string) => ({ name, role: 'viewer' });

describe('a call with an Idempotency-Key', () => {
  let rig: ApiRig;
  const post = (key: string, body: unknown, url = KEYS, caller?: string) =>
    rig.post(url, body, { headers: { 'idempotency-key': key }, ...(caller === undefined ? {} : { key: caller }) });
  const made = async (name: string): Promise<number> => {
    const { rows } = await rig.owner.query<{ n: number }>(
      'select count(*)::int as n from app.api_key where name = $1',
      [name],
    );
    return rows[0]?.n ?? 0;
  };

  beforeAll(async () => {
    rig = await ApiRig.start('idempotency');
  }, 60_000);
  afterAll(() => rig.stop());

  it('is carried out once and answered the same again', async () => {
    const name = randomUUID();
    const first = await post(name, aKey(name));
    const again = await post(name, aKey(name));
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.text).toBe(first.text);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(again.headers).toMatchObject({ 'idempotency-replayed': 'true' });
    expect(await made(name)).toBe(1);
  });

  it('keeps what was answered sealed', async () => {
    const name = randomUUID();
    const { body } = await post(name, aKey(name));
    const { rows } = await rig.owner.query<{ line: string }>(
      'select k::text as line from app.idempotency_key k where key = $1',
      [name],
    );
    expect(String(body['key'])).toMatch(/^ag_live_/);
    expect(rows[0]?.line).not.toContain(String(body['key']));
  });

  it.each(['', ' ', 'a'.repeat(256), 'cl\u00e9', 'tab\tbed', 'del\u007f'])(
    'is refused with the key %j',
    async (key) => {
      const name = randomUUID();
      const { status, body } = await post(key, aKey(name));
      expect([status, body['code']]).toEqual([400, 'malformed']);
      expect(await made(name)).toBe(0);
    },
  );

  it.each(['a', 'a'.repeat(255), '"3f0c"', `'; drop table app.shop; --`, '{{7*7}}', '../../etc', 'a b'])(
    'is taken with the key %j',
    async (key) => {
      const name = randomUUID();
      expect((await post(key, aKey(name))).status).toBe(201);
      expect((await post(key, aKey(name))).headers).toHaveProperty('idempotency-replayed');
      expect(await made(name)).toBe(1);
    },
  );

  it('stands for itself alone: another body, address or caller is refused, and nothing is done', async () => {
    const [key, name] = [randomUUID(), randomUUID()];
    const { body } = await post(key, aKey(name));
    for (const answer of [
      await post(key, aKey(`${name} 2`)),
      await post(key, aKey(name), `${KEYS}/${String(body['id'])}/rotate`),
      await post(key, aKey(name), KEYS, BOOTSTRAP_KEY),
    ])
      expect([answer.status, answer.body['code']]).toEqual([
        422,
        expect.stringMatching(/^(idempotency\.mismatch|validation)$/),
      ]);
    expect(await made(name)).toBe(1);
  });

  it('is carried out once of twenty at the same time', async () => {
    const name = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(name, aKey(name))));
    const given = answers.filter(({ status }) => status === 201);
    expect(new Set(given.map(({ text }) => text)).size).toBe(1);
    const others = answers.filter(({ status }) => status !== 201);
    expect(others.every(({ status, headers }) => [409, 503].includes(status) && 'retry-after' in headers)).toBe(true);
    expect(await made(name)).toBe(1);
  });

  it('that fails leaves its key free', async () => {
    const name = randomUUID();
    const refused = await post(name, { ...aKey(name), role: 'emperor' });
    expect(refused.status).toBe(422);
    expect((await post(name, aKey(name))).status).toBe(201);
    expect(await made(name)).toBe(1);
  });

  it('is carried out again after two days, and forgotten then', async () => {
    const name = randomUUID();
    await post(name, aKey(name));
    const age = "update app.idempotency_key set created_at = created_at - interval '49 hours'";
    await rig.owner.query(age);
    expect((await post(name, aKey(name))).headers).not.toHaveProperty('idempotency-replayed');
    expect(await made(name)).toBe(2);
    await rig.owner.query(age);
    expect((await rig.app.get(KeepHouse).run()).keysForgotten).toBeGreaterThan(0);
    expect((await rig.owner.query('select from app.idempotency_key')).rowCount).toBe(0);
  });

  it('whose connection dies in the middle left nothing, and can be sent again', async () => {
    const name = randomUUID();
    const holder = new pg.Client({ connectionString: rig.database.ownerUrl });
    await holder.connect();
    await holder.query('begin; lock table app.api_key in share mode');
    const dying = post(name, aKey(name));
    const waiting = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'insert into app.api_key%'`;
    while ((await rig.owner.query(`select pg_terminate_backend(pid) from (${waiting}) w`)).rowCount === 0);
    expect((await dying).status).toBe(503);
    await holder.query('commit');
    await holder.end();
    expect(await made(name)).toBe(0);
    expect((await post(name, aKey(name))).status).toBe(201);
    expect(await made(name)).toBe(1);
  });

  it('that is under way for long is not waited for', async () => {
    const name = randomUUID();
    const holder = new pg.Client({ connectionString: rig.database.ownerUrl });
    await holder.connect();
    await holder.query('begin; lock table app.api_key in share mode');
    const first = post(name, aKey(name));
    while (
      (
        await rig.owner.query(
          `select from pg_stat_activity where wait_event_type = 'Lock' and query like 'insert into app.api_key%'`,
        )
      ).rowCount === 0
    );
    const second = await post(name, aKey(name));
    expect([second.status, second.body['code']]).toEqual([409, 'idempotency.in_progress']);
    expect(Number(second.headers['retry-after'])).toBeGreaterThan(0);
    await holder.query('commit');
    await holder.end();
    expect((await first).status).toBe(201);
    expect((await post(name, aKey(name))).text).toBe((await first).text);
  });

  it('any number of clients and repetitions come to as many deeds as there are keys', async () => {
    const calls = fc.array(fc.record({ key: fc.nat(3), name: fc.nat(1) }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(calls, async (sent) => {
        const run = randomUUID();
        const answers = await Promise.all(sent.map(({ key, name }) => post(`${run} ${key}`, aKey(`${run} ${name}`))));
        const keys = new Set(sent.map(({ key }) => key));
        const kept = new Set(sent.filter((_, index) => answers[index]?.status === 201).map(({ key }) => key));
        for (const key of keys) {
          const own = answers.filter((_, index) => sent[index]?.key === key);
          const given = own.filter(({ status }) => status === 201);
          expect(new Set(given.map(({ text }) => text)).size).toBeLessThanOrEqual(1);
          for (const { status } of own) expect([201, 409, 422, 503]).toContain(status);
        }
        expect((await made(`${run} 0`)) + (await made(`${run} 1`))).toBe(kept.size);
      }),
      { numRuns: RUNS },
    );
  });
});
