import { InboxPort, SubmitEvents } from '#app/application';
import { createDataSource, PgInbox, PgUnitOfWork } from '#app/persistence';
import { UuidV7Ids } from '#app/platform';
import { SourceRegistry } from '#app/sources';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { type IngestRig, SHOP, SHOPIFY, startIngest } from './ingest-rig.js';

const BIG_ID = '9107199254740993017';

let inbox: InboxPort;
let rig: IngestRig;

beforeAll(async () => {
  rig = await startIngest('intake inbox');
  inbox = rig.app.get(InboxPort, { strict: false });
});

afterAll(() => rig?.stop());

beforeEach(() => rig.empty());

describe('the inbox', () => {
  const bodyOf = (key: string, body = '{}') => ({
    shopId: SHOP,
    sourceId: SHOPIFY,
    kind: 'shopify',
    dedupeKey: key,
    headers: {},
    body,
  });

  it('answers a batch in its order, with equal and conflicting keys inside it', async () => {
    await inbox.store([bodyOf('known', '{"a":"\\\\ \\" {,}"}')]);
    const answers = await inbox.store([
      bodyOf('b'),
      bodyOf('known', '{}'),
      bodyOf('a'),
      bodyOf('b'),
      bodyOf('known', '{"a":"\\\\ \\" {,}"}'),
      bodyOf('a', '[]'),
    ]);
    expect(answers.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'conflict',
      'accepted',
      'duplicate',
      'duplicate',
      'conflict',
    ]);
    expect(answers[3]?.eventId).toBe(answers[0]?.eventId);
    expect(answers[5]?.eventId).toBe(answers[2]?.eventId);
    expect((await rig.stored()).map(({ body }) => body)).toEqual(['{"a":"\\\\ \\" {,}"}', '{}', '{}']);
  });

  it('hands out claimed rows in the order of their arrival, to one worker each', async () => {
    const answers = await inbox.store(Array.from({ length: 50 }, (_, n) => bodyOf(`k${n}`, `{"n":${n}}`)));
    const claims = await Promise.all([inbox.claim(20), inbox.claim(20), inbox.claim(20)]);
    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(
      [...claims[0]!, ...claims[1]!, ...claims[2]!].every(({ attempts, epoch }) => attempts === 1 && epoch === 1),
    ).toBe(true);
    const rest = await inbox.claim(50);
    expect(new Set([...ids, ...rest.map(({ id }) => id)])).toEqual(new Set(answers.map(({ eventId }) => eventId)));
    for (const claim of claims) {
      const numbers = claim.map(({ body }) => (JSON.parse(body) as { n: number }).n);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });

  it('settles claimed rows: done, put back, set aside', async () => {
    const work = new PgUnitOfWork(rig.dataSource);
    await inbox.store([bodyOf('a'), bodyOf('b'), bodyOf('c')]);
    const [a, b, c] = await inbox.claim(10);
    await work.inShop(SHOP, async (tx) => {
      await inbox.finish(tx, [{ body: a!, note: 'nothing came of it' }]);
      await inbox.release(tx, [b!], 'once more', 0);
      await inbox.bury(tx, c!, 'event.invalid', 'not readable');
    });
    expect((await rig.stored()).map(({ state }) => state)).toEqual(['done', 'new', 'dead']);
    const { rows } = await rig.owner.query('select ref_id, code, error, attempts, state from app.dead_letter');
    expect(rows).toEqual([{ ref_id: c!.id, code: 'event.invalid', error: 'not readable', attempts: 1, state: 'open' }]);
    expect(await inbox.claim(10)).toMatchObject([{ id: b!.id, attempts: 2, epoch: 2 }]);
  });

  it('refuses to settle what another worker has taken over', async () => {
    const work = new PgUnitOfWork(rig.dataSource);
    await inbox.store([bodyOf('a')]);
    const [lost] = await inbox.claim(1);
    await rig.owner.query(`update app.inbox_event set lease_until = now() - interval '1 second'`);
    const [taken] = await inbox.claim(1);
    expect(taken).toMatchObject({ id: lost!.id, epoch: 2 });
    await expect(work.inShop(SHOP, (tx) => inbox.finish(tx, [{ body: lost!, note: null }]))).rejects.toMatchObject({
      code: 'conflict',
    });
    await work.inShop(SHOP, (tx) => inbox.finish(tx, [{ body: taken!, note: null }]));
  });

  it('says so when the database is away', async () => {
    const away = createDataSource(rig.database.appUrl.replace(/:\d+\//, ':1/'));
    const unreachable = new PgInbox(
      Object.assign(Object.create(away) as DataSource, {
        driver: { master: new pg.Pool({ host: '127.0.0.1', port: 1 }) },
      }),
      new UuidV7Ids(),
    );
    await expect(unreachable.store([bodyOf('a')])).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterS: expect.any(Number),
    });
  });

  it.each([
    ['has no room left', '53100'],
    ['fails', '58030'],
  ])('says so when the disk of the database %s', async (_how, code) => {
    await rig.owner.query(`
      create function app.broken() returns trigger language plpgsql as $$ begin raise exception 'broken' using errcode = '${code}'; end $$;
      create trigger broken before insert on app.inbox_event for each row execute function app.broken()`);
    try {
      await expect(inbox.store([bodyOf('a')])).rejects.toMatchObject({ code: 'unavailable' });
    } finally {
      await rig.owner.query('drop function app.broken() cascade');
    }
  });
});

describe('events by API', () => {
  const answer = {
    id: 'a1',
    type: 'survey.answered',
    occurredAt: '2026-04-30T08:00:00Z',
    order: { externalId: BIG_ID },
    data: { survey: 'delivery-csat', score: 4 },
  };

  it('answers each event of a batch on its own', async () => {
    const events = rig.app.get(SubmitEvents, { strict: false });
    const { id: _id, ...nameless } = answer;
    const results = await events.submit(SHOP, [
      answer,
      { ...answer, id: 'a2', data: {} },
      nameless,
      { ...answer, data: { ...answer.data, score: 1 } },
      7,
    ]);
    expect(results.map(({ id, status }) => [id, status])).toEqual([
      ['a1', 'accepted'],
      ['a2', 'invalid'],
      [null, 'invalid'],
      ['a1', 'conflict'],
      [null, 'invalid'],
    ]);
    expect(results[1]?.errors?.map(({ pointer }) => pointer)).toEqual(['/data/survey', '/data/score']);
    const { data, ...rest } = answer;
    expect(await events.submit(SHOP, [{ data, ...rest }])).toEqual([
      { id: 'a1', status: 'duplicate', eventId: results[0]?.eventId },
    ]);
    const [row] = await rig.stored();
    const parsed = new SourceRegistry()
      .find('api')
      ?.parse(
        { headers: {}, body: row?.body ?? '' },
        { settings: {}, receivedAt: 0, shopTimeZone: 'UTC', shopCurrency: 'EUR' },
      );
    expect(parsed?.events).toMatchObject([{ type: 'survey.answered', order: { externalId: BIG_ID } }]);
  });

  it('refuses an empty call and one of more than 500 events', async () => {
    const events = rig.app.get(SubmitEvents, { strict: false });
    await expect(events.submit(SHOP, [])).rejects.toMatchObject({ code: 'validation' });
    await expect(
      events.submit(
        SHOP,
        Array.from({ length: 501 }, () => answer),
      ),
    ).rejects.toMatchObject({ code: 'validation' });
  });
});
