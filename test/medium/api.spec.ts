import { readFileSync, writeFileSync } from 'node:fs';
import { EnsureFirstShop } from '#app/application';
import { ApiRig, BOOTSTRAP_KEY } from './api-rig.js';

const OTHER_SHOP = '0190a000-0000-7000-8000-00000000000b';
const OTHER_SOURCE = '0190a000-0000-7000-8000-0000000000b1';

interface Problem {
  code: string;
  detail: string;
  errors?: { pointer: string; code: string; message: string }[];
}

let rig: ApiRig;
beforeAll(async () => {
  rig = await ApiRig.start('api');
}, 60_000);
afterAll(() => rig.stop());

describe('keys', () => {
  it.each([
    ['no key', null],
    ['a malformed key', 'x'],
    ['an unknown key', `ag_live_${'A'.repeat(43)}`],
  ])('%s is 401 and says how to send one', async (_title, key) => {
    const answer = await rig.get<Problem>('/api/v1/shop', { key });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body.code).toBe('unauthenticated');
  });

  it('the key of the environment and the one made at the first start are owner keys of the first shop', async () => {
    for (const key of [rig.key, BOOTSTRAP_KEY])
      expect((await rig.get('/api/v1/shop', { key })).body).toMatchObject({ id: rig.shopId, name: 'My shop' });
  });

  it('a second start makes neither a shop nor a key', async () => {
    const again = await rig.app.get(EnsureFirstShop).run({ bootstrapKey: BOOTSTRAP_KEY, withOwnerKey: true });
    expect(again).toEqual({ shopId: rig.shopId, ownerKey: null });
    const { rows } = await rig.owner.query('select 1 from app.shop');
    expect(rows).toHaveLength(1);
  });

  it('a made key works, is listed without itself, rotates, and stops working when revoked', async () => {
    const made = await rig.post<{ id: string; key: string }>('/api/v1/keys', { name: 'Script' });
    expect(made.status).toBe(201);
    expect((await rig.get('/api/v1/shop', { key: made.body.key })).status).toBe(200);
    const list = await rig.get<{ items: { id: string; hint: string }[] }>('/api/v1/keys');
    expect(list.text).not.toContain(made.body.key);
    expect(list.body.items.find(({ id }) => id === made.body.id)).toMatchObject({
      hint: made.body.key.slice(0, 12),
      name: 'Script',
    });
    const rotated = await rig.post<{ id: string; key: string }>(`/api/v1/keys/${made.body.id}/rotate`);
    expect((await rig.get('/api/v1/shop', { key: made.body.key })).status).toBe(401);
    expect((await rig.get('/api/v1/shop', { key: rotated.body.key })).status).toBe(200);
    expect((await rig.call('DELETE', `/api/v1/keys/${rotated.body.id}`)).status).toBe(204);
    expect((await rig.get('/api/v1/shop', { key: rotated.body.key })).status).toBe(401);
  });

  it('pages through a list and refuses a foreign cursor', async () => {
    const first = await rig.get<{ items: { id: string }[]; next: string }>('/api/v1/keys?limit=1');
    const second = await rig.get<{ items: { id: string }[]; next: string | null }>(
      `/api/v1/keys?limit=1&cursor=${first.body.next}`,
    );
    expect(second.body.items[0]?.id).not.toBe(first.body.items[0]?.id);
    expect(second.body.next).toBeNull();
    expect((await rig.get<Problem>('/api/v1/keys?cursor=xyz')).body.errors?.[0]?.pointer).toBe('/cursor');
    expect((await rig.get('/api/v1/keys?limit=101')).status).toBe(422);
  });
});

describe('shop and sources', () => {
  it('changes the shop and refuses what is no zone, currency or language', async () => {
    const changed = await rig.call('PATCH', '/api/v1/shop', {
      body: { timeZone: 'America/Sao_Paulo', currency: 'BRL', locale: 'pt-BR' },
    });
    expect(changed.body).toMatchObject({
      timeZone: 'America/Sao_Paulo',
      currency: 'BRL',
      locale: 'pt-BR',
      name: 'My shop',
    });
    const refused = await rig.call<Problem>('PATCH', '/api/v1/shop', {
      body: { timeZone: 'Mars/Base', currency: 'euro', locale: '??', colour: 'red' },
    });
    expect(refused.status).toBe(422);
    expect(refused.body.errors?.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/timeZone', '/currency', '/locale']),
    );
    await rig.call('PATCH', '/api/v1/shop', { body: { timeZone: 'UTC', currency: 'EUR', locale: 'en' } });
  });

  it('names the media on which service messages in doubt are sent once more', async () => {
    expect((await rig.get<{ resendUnknown: string[] }>('/api/v1/shop')).body.resendUnknown).toEqual([]);
    const changed = await rig.call('PATCH', '/api/v1/shop', { body: { resendUnknown: ['email', 'email'] } });
    expect(changed).toMatchObject({ status: 200, body: { resendUnknown: ['email'] } });
    expect(
      (await rig.call<Problem>('PATCH', '/api/v1/shop', { body: { resendUnknown: ['letter'] } })).body,
    ).toMatchObject({
      code: 'validation',
      errors: [{ pointer: '/resendUnknown/0' }],
    });
    expect((await rig.get<{ items: unknown[] }>('/api/v1/audit')).body.items[0]).toMatchObject({
      action: 'update',
      subject: 'shop',
      changes: { resend_unknown: [[], ['email']] },
    });
  });

  it('creates, lists, rotates and removes a source', async () => {
    const made = await rig.post<{ id: string; url: string }>('/api/v1/sources', {
      kind: 'shopify',
      name: 'Main',
      secret: 'a shopify secret',
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ kind: 'shopify', url: `https://shop.example/hooks/${made.body.id}` });
    expect((await rig.get('/api/v1/sources')).text).not.toContain('a shopify secret');
    const rotated = await rig.post(`/api/v1/sources/${made.body.id}/rotate-secret`, { secret: 'another secret' });
    expect(rotated.body).toMatchObject({ id: made.body.id, oldSecretValidUntil: expect.stringMatching(/Z$/) });
    expect((await rig.call('DELETE', `/api/v1/sources/${made.body.id}`)).status).toBe(204);
    expect((await rig.get(`/api/v1/sources/${made.body.id}`)).status).toBe(404);
  });

  it('refuses a kind that there is not, and one of our own', async () => {
    for (const kind of ['fax', 'api']) {
      const refused = await rig.post<Problem>('/api/v1/sources', { kind, name: 'x', secret: 'y' });
      expect(refused.status).toBe(422);
      expect(refused.body.errors?.[0]).toMatchObject({ pointer: '/kind' });
    }
    const kinds = await rig.get<{ items: { code: string; settings: object }[] }>('/api/v1/source-kinds');
    expect(kinds.body.items.map(({ code }) => code)).toEqual(['shopify', 'woocommerce', 'twilio', 'standard-webhooks']);
    expect(kinds.body.items[0]?.settings).toHaveProperty('type', 'object');
  });

  it("does not show another shop's source", async () => {
    await rig.owner.query(
      `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'Other', 'UTC', 'EUR', 'en')`,
      [OTHER_SHOP],
    );
    await rig.owner.query(
      `insert into app.source (shop_id, id, kind, name, secrets) values ($1, $2, 'shopify', 'Theirs', 'x')`,
      [OTHER_SHOP, OTHER_SOURCE],
    );
    expect((await rig.get(`/api/v1/sources/${OTHER_SOURCE}`)).status).toBe(404);
    expect((await rig.call('DELETE', `/api/v1/sources/${OTHER_SOURCE}`)).status).toBe(404);
    expect((await rig.get('/api/v1/sources')).text).not.toContain('Theirs');
  });
});

describe('what is refused', () => {
  it('unknown query parameters and fields', async () => {
    expect((await rig.get<Problem>('/api/v1/shop?x=1')).body.errors?.[0]?.pointer).toBe('/x');
    expect((await rig.get('/api/v1/scores/csat?group=month')).status).toBe(422);
    expect((await rig.post('/api/v1/ops/pause', { now: true })).status).toBe(422);
    expect((await rig.post('/api/v1/keys', { name: 'x', role: 'root' })).status).toBe(422);
  });

  it('what is no id, no JSON, no known address and no known method', async () => {
    expect((await rig.get('/api/v1/messages/abc')).status).toBe(422);
    expect((await rig.post('/api/v1/keys', '{"name":', { type: 'application/json' })).status).toBe(400);
    expect((await rig.get('/api/v1/nothing')).status).toBe(404);
    expect((await rig.call('PUT', '/api/v1/shop', { body: {} })).status).toBe(405);
    expect((await rig.post('/api/v1/keys', 'a', { type: 'text/plain' })).status).toBe(415);
  });

  it('the clock, while it is real', async () => {
    expect((await rig.get<Problem>('/api/v1/clock')).body).toMatchObject({ status: 404, code: 'clock.not_virtual' });
    await rig.app.listen(0, '127.0.0.1');
    const advance = await fetch(`${await rig.app.getUrl()}/api/v1/clock/advance`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rig.key}`, 'content-type': 'application/json' },
      body: '{"by":"P1D"}',
    });
    expect(advance.status).toBe(404);
    expect(await advance.json()).toMatchObject({ code: 'clock.not_virtual' });
  });
});

describe('events', () => {
  const event = (id: string): object => ({
    id,
    type: 'customer.created',
    occurredAt: '2026-01-31T09:30:00Z',
    customer: { email: 'ada@example.com' },
    data: {},
  });

  it('stores one event, answers the same again with the same id, and refuses another body', async () => {
    const first = await rig.post<{ eventId: string }>('/api/v1/events', event('e1'));
    expect(first).toMatchObject({ status: 202, body: { id: 'e1', status: 'accepted' } });
    expect(await rig.post('/api/v1/events', event('e1'))).toMatchObject({
      status: 200,
      body: { status: 'duplicate', eventId: first.body.eventId },
    });
    expect(await rig.post('/api/v1/events', { ...event('e1'), customer: { email: 'b@example.com' } })).toMatchObject({
      status: 409,
      body: { code: 'event.conflict' },
    });
    expect(await rig.post('/api/v1/events', { ...event('e2'), type: 'order.eaten' })).toMatchObject({
      status: 422,
      body: { code: 'event.invalid' },
    });
  });

  it('answers a list item by item', async () => {
    const answer = await rig.post<{ items: { status: string }[] }>('/api/v1/events', [event('e3'), {}, event('e1')]);
    expect(answer.status).toBe(202);
    expect(answer.body.items.map(({ status }) => status)).toEqual(['accepted', 'invalid', 'duplicate']);
  });
});

describe('documentation', () => {
  const file = 'apps/api/openapi.json';

  it('the committed OpenAPI document is that of the code (RECORD=1 writes it)', async () => {
    const served = `${JSON.stringify((await rig.get('/openapi.json', { key: null })).body, null, 2)}\n`;
    if (process.env['RECORD'] === '1') writeFileSync(file, served);
    expect(readFileSync(file, 'utf8')).toBe(served);
  });

  it('every call has a schema for what it answers, and every reference leads somewhere', async () => {
    const { body, text } = await rig.get<{
      paths: Record<string, Record<string, { responses: Record<string, { content?: object }> }>>;
      components: { schemas: object };
    }>('/openapi.json', { key: null });
    const silent = Object.entries(body.paths).flatMap(([route, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.entries(responses)
          .filter(([status, { content }]) => !['204', '302'].includes(status) && content === undefined)
          .map(([status]) => `${method} ${route} ${status}`),
      ),
    );
    expect(silent).toEqual([]);
    const names = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]));
    expect([...names].filter((name) => !Object.hasOwn(body.components.schemas, name ?? ''))).toEqual([]);
    // nor to itself, where nothing would be learnt
    expect([...text.matchAll(/"([^"]+)":\{"\$ref":"#\/components\/schemas\/\1"/g)].map((match) => match[1])).toEqual(
      [],
    );
  });

  it('is shown at /docs under a strict policy', async () => {
    const docs = await rig.get('/docs', { key: null });
    expect(docs.status).toBe(200);
    expect(docs.headers['content-security-policy']).toMatch(/script-src 'self'/);
    expect((await rig.get('/docs/swagger-ui-bundle.js', { key: null })).status).toBe(200);
  });

  it('shows the queue board to who has the key, by Basic or Bearer', async () => {
    const without = await rig.get('/queues', { key: null });
    expect(without.status).toBe(401);
    expect(without.headers['www-authenticate']).toMatch(/^Basic/);
    expect((await rig.get('/queues')).text).toContain('Afterglow queues');
    const basic = Buffer.from(`anybody:${rig.key}`).toString('base64');
    const answer = await rig.app.inject({ url: '/queues/api/queues', headers: { authorization: `Basic ${basic}` } });
    expect(answer.json()).toHaveProperty('queues');
    expect((await rig.get('/queues/api/queues', { key: null })).status).toBe(401);
  });
});
