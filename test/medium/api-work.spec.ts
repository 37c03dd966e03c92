import { readdirSync } from 'node:fs';
import { ApiRig } from './api-rig.js';

const JOURNEY = `
key: thanks
title: Say thank you
class: service
trigger: order.placed
entry: { key: order.id }
steps:
  - { id: thank, kind: send, settings: { template: thanks, channels: [email] } }
templates:
  thanks: { en: { subject: Thank you, mjml: '<mj-text>Hello {{ customer.firstName }}</mj-text>' } }
`;
const CSAT = { min: 1, max: 5, polarity: 'higher-better', topK: 2 };

interface Problem {
  code: string;
  detail: string;
  errors?: { pointer: string; message: string }[];
}

let rig: ApiRig;
let lastId = 0;
beforeAll(async () => {
  rig = await ApiRig.start('api_work');
}, 60_000);
afterAll(() => rig.stop());

const newId = (): string => `0190a000-0000-7000-8000-${String((lastId += 1)).padStart(12, '0')}`;

async function answer(survey: string, score: number, at: string, scale = CSAT, metric = 'csat'): Promise<void> {
  await rig.owner.query(
    `insert into app.survey_answer (shop_id, id, instance_id, survey_key, metric, score, scale, channel, answered_at, inbox_id)
     values ($1, $2::uuid, $2::text, $3, $4, $5, $6, 'email', $7, $2::uuid)`,
    [rig.shopId, newId(), survey, metric, score, JSON.stringify(scale), at],
  );
}

describe('scores', () => {
  beforeAll(async () => {
    const scores = [5, 5, 5, 5, 5, 4, 4, 4, 3, 2];
    // half an hour before midnight UTC on the last of January: February already in Paris
    for (const [index, score] of scores.entries())
      await answer('delivery-csat', score, index < 5 ? '2026-01-31T23:30:00Z' : '2026-02-10T12:00:00Z');
    await rig.owner.query(
      `insert into app.survey_answer (shop_id, id, instance_id, survey_key, metric, score, scale, answered_at, superseded, inbox_id)
       values ($1, $2, 'x', 'delivery-csat', 'csat', 1, $3, '2026-02-01', true, $2)`,
      [rig.shopId, newId(), JSON.stringify(CSAT)],
    );
  });

  it('gives the share with its Wilson interval and leaves superseded answers out', async () => {
    const { body } = await rig.get<{ value: number; low: number; high: number }>('/api/v1/scores/csat');
    expect(body).toMatchObject({
      metric: 'csat',
      definition: 'csat-1',
      n: 10,
      value: 80,
      counts: { 1: 0, 2: 1, 3: 1, 4: 3, 5: 5 },
      groups: null,
    });
    expect(body.low).toBeCloseTo(49.0, 1);
    expect(body.high).toBeCloseTo(94.3, 1);
  });

  it('cuts months in the zone of the shop', async () => {
    const byMonth = async (): Promise<(string | number)[][]> => {
      const { body } = await rig.get<{ groups: { key: string; n: number }[] }>('/api/v1/scores/csat?groupBy=month');
      return body.groups.map(({ key, n }) => [key, n]);
    };
    expect(await byMonth()).toEqual([
      ['2026-01', 5],
      ['2026-02', 5],
    ]);
    await rig.call('PATCH', '/api/v1/shop', { body: { timeZone: 'Europe/Paris' } });
    expect(await byMonth()).toEqual([['2026-02', 10]]);
    const january = await rig.get('/api/v1/scores/csat?to=2026-01-31');
    expect(january.body).toMatchObject({
      n: 0,
      value: null,
      low: null,
      high: null,
      window: { to: '2026-01-31T23:00:00.000Z', timeZone: 'Europe/Paris' },
    });
    await rig.call('PATCH', '/api/v1/shop', { body: { timeZone: 'UTC' } });
  });

  it.each(['week', 'day', 'survey', 'channel', 'journey'])('groups by %s', async (groupBy) => {
    const { status, body } = await rig.get<{ n: number; groups: { n: number }[] }>(
      `/api/v1/scores/csat?groupBy=${groupBy}`,
    );
    expect(status).toBe(200);
    expect(body.groups.reduce((sum, { n }) => sum + n, 0)).toBe(10);
  });

  it('says no data by null, never by 0', async () => {
    expect((await rig.get('/api/v1/scores/nps')).body).toMatchObject({ n: 0, value: null, low: null, high: null });
    expect((await rig.get('/api/v1/scores/ces')).body).toMatchObject({ n: 0, value: null });
  });

  it('refuses to mix scales, and says how to ask', async () => {
    await answer('ten-points', 9, '2026-03-01T00:00:00Z', { ...CSAT, max: 10 });
    const mixed = await rig.get<Problem>('/api/v1/scores/csat');
    expect(mixed.status).toBe(409);
    expect(mixed.body.detail).toContain('?survey=delivery-csat or ?survey=ten-points');
    expect((await rig.get('/api/v1/scores/csat?survey=ten-points')).body).toMatchObject({ n: 1, value: 100 });
  });

  it('refuses an unknown metric and an empty window', async () => {
    expect((await rig.get('/api/v1/scores/stars')).status).toBe(422);
    expect(
      (await rig.get<Problem>('/api/v1/scores/csat?from=2026-02-02&to=2026-02-01')).body.errors?.[0]?.pointer,
    ).toBe('/to');
  });

  it('is read through an index, however many answers there are', async () => {
    await rig.owner.query(
      `insert into app.survey_answer (shop_id, id, instance_id, survey_key, metric, score, scale, answered_at, inbox_id)
       select $1, i, i::text, 'many', 'nps', n % 11, '{"min":0,"max":10,"polarity":"higher-better","topK":2}', timestamptz '2020-01-01' + n * interval '1 hour', i
       from (select gen_random_uuid() as i, n from generate_series(1, 20000) n) many`,
      [rig.shopId],
    );
    await rig.owner.query('analyze app.survey_answer');
    const { rows } = await rig.owner.query<{ 'QUERY PLAN': string }>(
      `explain select survey_key, scale, score, count(*) from app.survey_answer a
       where a.shop_id = $1 and a.metric = 'nps' and not a.superseded and a.answered_at >= '2022-01-01' and a.answered_at < '2022-01-08' group by 1, 2, 3`,
      [rig.shopId],
    );
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('survey_answer_metric');
    expect((await rig.get('/api/v1/scores/nps?from=2022-01-01&to=2022-01-07')).body).toMatchObject({ n: 168 });
  });
});

describe('journeys and presets', () => {
  it('saves YAML as a draft, publishes, pauses, resumes and archives it', async () => {
    const saved = await rig.post('/api/v1/journeys', JOURNEY, { type: 'application/yaml' });
    expect(saved).toMatchObject({ status: 201, body: { key: 'thanks', version: 1, problems: [] } });
    for (const [call, state] of [
      ['publish', 'live'],
      ['pause', 'paused'],
      ['resume', 'live'],
      ['archive', 'archived'],
    ]) {
      expect(await rig.post(`/api/v1/journeys/thanks/${call}`)).toMatchObject({
        status: 200,
        body: { key: 'thanks', state },
      });
    }
    expect((await rig.get('/api/v1/journeys/thanks')).body).toMatchObject({
      key: 'thanks',
      state: 'archived',
      versions: [{ version: 1 }],
    });
    expect((await rig.post('/api/v1/journeys/thanks/publish')).status).toBe(409);
    expect((await rig.post('/api/v1/journeys/nobody/publish')).status).toBe(404);
  });

  it('names the place and the reason of every fault', async () => {
    const faulty = JOURNEY.replace('order.placed', 'order.eaten').replace('kind: send', 'kind: shout');
    const refused = await rig.post<Problem>('/api/v1/journeys', faulty, { type: 'application/yaml' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'journey.invalid' } });
    expect(refused.body.errors?.[0]).toMatchObject({ pointer: '/trigger', message: expect.stringContaining('Line') });
    expect((await rig.post('/api/v1/journeys', { key: 'x' })).status).toBe(422);
  });

  it('lists the presets and installs one as often as asked', async () => {
    const { body } = await rig.get<{ items: { key: string }[] }>('/api/v1/presets?limit=100');
    const files = readdirSync('config/presets/journeys').toSorted();
    expect(body.items.map(({ key }) => `${key}.yaml`)).toEqual(files);
    expect(files.length).toBeGreaterThan(4);
    for (let times = 0; times < 2; times += 1) {
      expect(await rig.post('/api/v1/presets/review-request/install', { publish: true })).toMatchObject({
        status: 201,
        body: { key: 'review-request', state: 'live', version: 1 },
      });
    }
    expect(
      (await rig.post('/api/v1/presets/review-request/install', { publish: true, settings: { colour: 'red' } })).status,
    ).toBe(422);
    const page = await rig.get<{ items: { key: string }[]; next: string }>('/api/v1/journeys?limit=1');
    const rest = await rig.get<{ items: { key: string }[]; next: null }>(`/api/v1/journeys?cursor=${page.body.next}`);
    expect([...page.body.items, ...rest.body.items].map(({ key }) => key)).toEqual(['review-request', 'thanks']);
  });

  it('publishes the schema of journey documents without a key', async () => {
    expect((await rig.get('/api/v1/journey.schema.json', { key: null })).body).toHaveProperty('properties.steps');
  });
});

describe('people, messages and runs', () => {
  it('answers with empty lists and 404 where there is nothing', async () => {
    for (const list of [
      'customers?email=a@example.com',
      'orders?externalId=1',
      'messages?state=sent&order=1',
      'runs?journey=thanks&order=1',
    ]) {
      expect(await rig.get(`/api/v1/${list}`)).toMatchObject({ status: 200, body: { items: [], next: null } });
    }
    for (const one of ['customers', 'orders', 'messages', 'runs'])
      expect((await rig.get(`/api/v1/${one}/${newId()}`)).status).toBe(404);
    expect((await rig.get(`/api/v1/customers/${newId()}/timeline`)).status).toBe(404);
    expect((await rig.get(`/api/v1/runs/${newId()}/journal`)).status).toBe(404);
    expect((await rig.post(`/api/v1/messages/${newId()}/settle`, { outcome: 'sent', note: 'seen' })).status).toBe(404);
  });
});

describe('operations', () => {
  const inboxRow = async (state: string): Promise<string> => {
    const id = newId();
    await rig.owner.query(
      `insert into app.inbox_event (shop_id, received_at, id, source_id, kind, headers, body, state, attempts)
       values ($1, app.now() - interval '1 minute', $2, $1, 'api', '{}', '{}', $3, 5)`,
      [rig.shopId, id, state],
    );
    return id;
  };

  it('counts what waits', async () => {
    const before = (await rig.get<{ inbox: { backlog: number } }>('/api/v1/ops/overview')).body;
    await inboxRow('new');
    const { body } = await rig.get<{ inbox: { backlog: number; oldestAgeS: number } }>('/api/v1/ops/overview');
    expect(body).toMatchObject({
      paused: null,
      timers: { due: 0, oldestAgeS: null },
      messages: { byState: { queued: 0, unknown: 0 } },
      unknown: 0,
    });
    expect(body.inbox.backlog).toBe(before.inbox.backlog + 1);
    expect(body.inbox.oldestAgeS).toBeGreaterThanOrEqual(60);
  });

  it('pauses and resumes everything', async () => {
    const { body } = await rig.post<{ paused: string }>('/api/v1/ops/pause');
    expect(body.paused).toMatch(/Z$/);
    expect((await rig.post('/api/v1/ops/pause')).body).toEqual(body);
    expect((await rig.get('/api/v1/ops/overview')).body).toMatchObject({ paused: body.paused });
    expect((await rig.post('/api/v1/ops/pause', { scope: 'journeys' })).body).toEqual({
      ...body,
      pauseScope: 'journeys',
    });
    expect((await rig.get('/api/v1/ops/overview')).body).toMatchObject({ pauseScope: 'journeys' });
    expect((await rig.post('/api/v1/ops/resume')).body).toEqual({ paused: null, pauseScope: null });
  });

  it('retries and drops dead letters, each once and with a note', async () => {
    const letter = async (): Promise<[string, string]> => {
      const [id, ref] = [newId(), await inboxRow('dead')];
      await rig.owner.query(
        `insert into app.dead_letter (shop_id, id, kind, ref_id, code, error, attempts) values ($1, $2, 'inbox', $3, 'event.invalid', 'broken', 5)`,
        [rig.shopId, id, ref],
      );
      return [id, ref];
    };
    const [retried, ref] = await letter();
    const [dropped] = await letter();
    expect((await rig.get<{ items: object[] }>('/api/v1/ops/dead-letters?kind=inbox')).body.items).toHaveLength(2);
    expect((await rig.post('/api/v1/ops/dead-letters/' + retried + '/retry', {})).status).toBe(422);
    expect((await rig.post(`/api/v1/ops/dead-letters/${retried}/retry`, { note: 'mended' })).body).toMatchObject({
      state: 'retried',
      note: 'mended',
    });
    expect((await rig.post(`/api/v1/ops/dead-letters/${dropped}/drop`, { note: 'nonsense' })).body).toMatchObject({
      state: 'dropped',
    });
    expect((await rig.post(`/api/v1/ops/dead-letters/${dropped}/retry`, { note: 'again' })).status).toBe(409);
    expect((await rig.post(`/api/v1/ops/dead-letters/${newId()}/drop`, { note: 'x' })).status).toBe(404);
    const { rows } = await rig.owner.query('select state, attempts from app.inbox_event where id = $1', [ref]);
    expect(rows).toEqual([{ state: 'new', attempts: 0 }]);
    expect((await rig.get<{ items: object[] }>('/api/v1/ops/dead-letters')).body.items).toEqual([]);
  });

  it('ends the run whose dead timer is dropped, and says so in its journal', async () => {
    const [journey, version, run, letter] = [newId(), newId(), newId(), newId()];
    const owner = (sql: string, ...values: unknown[]): Promise<unknown> =>
      rig.owner.query(sql, [rig.shopId, ...values]);
    await owner(
      `insert into app.journey (shop_id, id, key, title, state) values ($1, $2, 'stuck', 'Stuck', 'live')`,
      journey,
    );
    await owner(
      `insert into app.journey_version (shop_id, id, journey_id, version, document, templates, content_sha256) values ($1, $2, $3, 1, '{}', '{}', '')`,
      version,
      journey,
    );
    await owner(
      `insert into app.journey_run (shop_id, id, journey_id, version_id, customer_id, entry_key, status, step, state, run_month, started_at)
       values ($1, $2, $3, $4, $2, 'x', 'waiting', 'pause', '{"seq": 3, "status": "waiting"}', date_trunc('month', now()), now())`,
      run,
      journey,
      version,
    );
    await owner(`insert into app.timer (shop_id, run_id, due_at, state) values ($1, $2, now(), 'dead')`, run);
    await owner(
      `insert into app.dead_letter (shop_id, id, kind, ref_id, code, error, attempts) values ($1, $2, 'timer', $3, 'internal', 'x', 5)`,
      letter,
      run,
    );
    expect((await rig.post(`/api/v1/ops/dead-letters/${letter}/drop`, { note: 'gone' })).status).toBe(200);
    expect((await rig.get(`/api/v1/runs/${run}`)).body).toMatchObject({
      status: 'failed',
      endReason: 'dropped',
      wakesAt: null,
    });
    const { body } = await rig.get<{ items: object[] }>(`/api/v1/runs/${run}/journal`);
    expect(body.items).toEqual([
      expect.objectContaining({ seq: 3, kind: 'finished', data: { status: 'failed', reason: 'dropped' } }),
    ]);
  });

  it('replays what is done and nothing else', async () => {
    const done = await inboxRow('done');
    expect(await rig.post(`/api/v1/ops/events/${done}/replay`)).toMatchObject({
      status: 202,
      body: { id: done, state: 'new' },
    });
    expect((await rig.post(`/api/v1/ops/events/${done}/replay`)).status).toBe(409);
    expect((await rig.post(`/api/v1/ops/events/${await inboxRow('dead')}/replay`)).status).toBe(409);
    expect((await rig.post(`/api/v1/ops/events/${newId()}/replay`)).status).toBe(404);
  });
});
