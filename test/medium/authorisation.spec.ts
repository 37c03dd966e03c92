import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ManageKeys } from '#app/application';
import { type Role, ROLES } from '#app/domain';
import { ApiRig, type Answer } from './api-rig.js';
import { type Objects, seedObjects } from './authorisation-objects.js';
import { ALLOWED, LETTERS, OPEN } from './authorisation-routes.js';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const ROUTES = Object.keys(ALLOWED);

interface Problem {
  code: string;
  detail: string;
}

// Each test calls many routes.
jest.setTimeout(30_000);

let rig: ApiRig;
let address: string;
let theirKey: string;
let theirs: Objects;
const keys = new Map<Role, string>();

const makeKey = async (body: object): Promise<{ id: string; key: string }> => {
  const made = await rig.post<{ id: string; key: string }>('/api/v1/keys', { name: 'Test', ...body });
  expect(made.status).toBe(201);
  return made.body;
};

beforeAll(async () => {
  rig = await ApiRig.start('authorisation');
  await rig.app.listen(0, '127.0.0.1');
  address = await rig.app.getUrl();
  for (const role of ROLES) keys.set(role, (await makeKey({ role })).key);
  const shop = randomUUID();
  await rig.owner.query(
    `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'Theirs', 'UTC', 'EUR', 'en')`,
    [shop],
  );
  theirs = await seedObjects(rig, shop);
  const request = { name: 'Their owner', role: 'owner', scopes: null, expiresAt: null } as const;
  theirKey = (await rig.app.get(ManageKeys).create(shop, request, null)).key;
}, 120_000);
afterAll(() => rig.stop());

/** A call of a route, its address filled in, with a body that no route takes for a valid one where that matters. */
async function callRoute(route: string, key: string | null, id = NOBODY): Promise<Answer<Problem>> {
  const [method = '', template = ''] = route.split(' ');
  const url = template.replace('{metric}', 'csat').replaceAll(/\{\w+\}/g, id);
  const needsEntry = route.endsWith('/explain') ? '?journey=none' : '';
  const answer = await fetch(`${address}${url}${needsEntry}`, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
    },
    ...(method === 'GET' ? {} : { body: JSON.stringify(bodyOf(route)) }),
  });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    text,
    body: (isJson ? JSON.parse(text) : {}) as Problem,
  };
}

function bodyOf(route: string): unknown {
  if (/dead-letters|settle/.test(route)) return { outcome: 'sent', note: 'seen' };
  return {};
}

describe('who may call what', () => {
  it('every route of the API has a row here, and every row a route', async () => {
    const { body } = await rig.get<{ paths: Record<string, object> }>('/openapi.json', { key: null });
    const routes = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.filter((route) => !OPEN.has(route)).toSorted()).toEqual(ROUTES.toSorted());
  });

  it.each(ROUTES)('%s: the roles it is open to, and no other', async (route) => {
    for (const role of ROLES) {
      const { status, body } = await callRoute(route, keys.get(role) ?? '');
      const isOpen = ALLOWED[route]?.includes(LETTERS[role]) === true;
      const refusal = status === 403 ? body.code : 'none';
      expect([role, refusal]).toEqual([role, isOpen ? 'none' : 'forbidden']);
      expect(status).not.toBe(401);
      expect(status).toBeLessThan(500);
    }
  });

  it('nobody gets in without a valid key, and what is wrong with one cannot be told', async () => {
    const revoked = await makeKey({ role: 'owner' });
    expect((await rig.call('DELETE', `/api/v1/keys/${revoked.id}`)).status).toBe(204);
    const ended = await makeKey({ role: 'owner', expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
    await rig.owner.query(`update app.api_key set expires_at = now() - interval '1 second' where id = $1`, [ended.id]);
    for (const route of ROUTES) {
      const texts = new Set<string>();
      for (const key of [revoked.key, ended.key, `ag_live_${'A'.repeat(43)}`]) {
        const { status, body, headers } = await callRoute(route, key);
        expect([route, status]).toEqual([route, 401]);
        expect(headers['www-authenticate']).toMatch(/^Bearer/);
        texts.add(JSON.stringify({ ...body, instance: '' }));
      }
      expect(texts.size).toBe(1);
      expect((await callRoute(route, null)).status).toBe(401);
      expect((await callRoute(route, 'x')).status).toBe(401);
    }
  });
});

describe("another shop's objects", () => {
  const kindOf = (route: string): keyof Objects | undefined => {
    if (route.includes('/backtests/') || route.includes('/presets/')) return undefined;
    const found = /\/(customers|orders|cases|journeys|runs|messages|outbox|dead-letters|events|sources|keys)\/\{/.exec(
      route,
    )?.[1];
    return found?.replace('outbox', 'messages').replace(/s$/, '') as keyof Objects | undefined;
  };
  const addressing = ROUTES.filter((route) => kindOf(route) !== undefined);

  it.each(addressing)('%s answers as if it were not there', async (route) => {
    const id = theirs[kindOf(route) as keyof Objects];
    const nothing = kindOf(route) === 'journey' ? 'their-00000000' : NOBODY;
    const strip = (answer: Answer<Problem>, name: string): unknown => [
      answer.status,
      JSON.stringify({ ...answer.body, instance: '' }).replaceAll(name, 'ID'),
    ];
    const there = await callRoute(route, rig.key, id);
    expect(strip(there, id)).toEqual(strip(await callRoute(route, rig.key, nothing), nothing));
    expect([404, 422]).toContain(there.status);
  });

  it('their owner sees them, so the test would see a leak', async () => {
    for (const kind of ['customer', 'order', 'case', 'run', 'message', 'source'] as const)
      expect([kind, (await rig.get(`/api/v1/${kind}s/${theirs[kind]}`, { key: theirKey })).status]).toEqual([
        kind,
        200,
      ]);
  });

  it('lists hold rows of the own shop alone', async () => {
    for (const route of ROUTES.filter((known) => known.startsWith('GET ') && !known.includes('{'))) {
      const { text } = await callRoute(route, rig.key);
      for (const id of Object.values(theirs)) expect(text).not.toContain(id);
    }
  });
});

describe('keys', () => {
  it('scopes narrow a key, and a change of the role counts within a second', async () => {
    const { key, id } = await makeKey({ role: 'viewer', scopes: ['scores:read'] });
    expect((await rig.get('/api/v1/scores/csat', { key })).status).toBe(200);
    expect((await rig.get('/api/v1/shop', { key })).status).toBe(403);
    await rig.owner.query(`update app.api_key set scopes = '{shop:read}' where id = $1`, [id]);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect((await rig.get('/api/v1/scores/csat', { key })).status).toBe(403);
    expect((await rig.get('/api/v1/shop', { key })).status).toBe(200);
  });

  it('a key hands out no more than it is allowed itself', async () => {
    const { key } = await makeKey({ role: 'owner', scopes: ['keys:write', 'scores:read'] });
    expect((await rig.post('/api/v1/keys', { name: 'More' }, { key })).status).toBe(403);
    const less = { name: 'Less', role: 'viewer', scopes: ['scores:read'] };
    expect((await rig.post('/api/v1/keys', less, { key })).status).toBe(201);
  });

  it.each([
    ['an unknown role', { role: 'root' }, '/role'],
    ['an unknown permission', { scopes: ['scores:eat'] }, '/scopes/0'],
    ['no permission at all', { scopes: [] }, '/scopes'],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
    ['an end that is no time', { expiresAt: 'tomorrow' }, '/expiresAt'],
  ])('%s is refused with its place', async (_title, body, pointer) => {
    const refused = await rig.post<{ errors: { pointer: string }[] }>('/api/v1/keys', { name: 'Test', ...body });
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0]?.pointer).toBe(pointer);
  });

  it("a rotated key keeps what it was allowed, and the last owner's key can't be revoked", async () => {
    const made = await makeKey({ role: 'cx', scopes: ['cases:read'], expiresAt: '2999-01-01T00:00:00Z' });
    expect((await rig.post(`/api/v1/keys/${made.id}/rotate`)).body).toMatchObject({
      role: 'cx',
      scopes: ['cases:read'],
      expiresAt: '2999-01-01T00:00:00.000Z',
    });
    const { rows } = await rig.owner.query<{ id: string; hint: string }>(
      `select id, hint from app.api_key where role = 'owner' and shop_id = $1 and revoked_at is null and scopes is null and expires_at is null`,
      [rig.shopId],
    );
    const mine = rows.find(({ hint }) => rig.key.startsWith(hint));
    for (const { id } of rows) if (id !== mine?.id) await rig.call('DELETE', `/api/v1/keys/${id}`);
    expect((await rig.call('DELETE', `/api/v1/keys/${mine?.id}`)).status).toBe(409);
  });
});

describe('the audit log', () => {
  interface Entry {
    actor: string;
    operation: string;
    action: string;
    subject: string;
    subjectId: string;
    changes: Record<string, unknown>;
  }
  const newest = async (): Promise<Entry[]> => (await rig.get<{ items: Entry[] }>('/api/v1/audit')).body.items;

  it('names who changed what, from what to what, and no secret', async () => {
    const { id, key } = await makeKey({ role: 'marketer' });
    await rig.call('PATCH', '/api/v1/shop', { key, body: { name: 'Another name' } });
    const source = { kind: 'shopify', name: 'Main', secret: 'a shopify secret' };
    await rig.post('/api/v1/sources', source);
    const [made, renamed, created] = await newest();
    expect(made).toMatchObject({ subject: 'source', action: 'insert', operation: 'POST /api/v1/sources' });
    expect(made?.changes).toMatchObject({ kind: [null, 'shopify'], secrets: true });
    expect(renamed).toMatchObject({
      actor: `key:${id}`,
      operation: 'PATCH /api/v1/shop',
      action: 'update',
      subject: 'shop',
      changes: { name: ['My shop', 'Another name'] },
    });
    expect(created).toMatchObject({ subject: 'key', subjectId: id, changes: { role: [null, 'marketer'] } });
    const { text } = await rig.get('/api/v1/audit');
    expect(text).not.toContain('a shopify secret');
    expect(text).not.toContain(key);
  });

  it('a change that is refused leaves no entry', async () => {
    const before = (await newest()).length;
    await rig.post('/api/v1/sources', { kind: 'nothing', name: 'x' });
    await rig.post(`/api/v1/ops/events/${NOBODY}/replay`);
    expect((await newest()).length).toBe(before);
  });

  it('nobody can change it: not the runtime role, and not the owner of the tables', async () => {
    for (const sql of [
      `update app.audit_entry set actor = 'nobody'`,
      'delete from app.audit_entry',
      'truncate app.audit_entry',
    ])
      await expect(rig.owner.query(sql)).rejects.toMatchObject({ code: '42501' });
    await rig.owner.query('begin; set local role afterglow_app');
    await expect(
      rig.owner
        .query(`insert into app.audit_entry (shop_id, actor, operation, request_id, action, subject, subject_id, changes)
        values ('${rig.shopId}', 'x', 'x', 'x', 'x', 'x', 'x', '{}')`),
    ).rejects.toMatchObject({ code: '42501' });
    await rig.owner.query('rollback');
  });

  it('belongs to the shop', async () => {
    expect((await rig.get<{ items: Entry[] }>('/api/v1/audit', { key: theirKey })).body.items).toEqual([]);
  });
});
