import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { SecretPort } from '#app/application';
import { type Role, ROLES } from '#app/domain';
import { aMember, type Browser, COOKIE } from './a-member.js';
import { type Answer, ApiRig } from './api-rig.js';
import { type Objects, seedObjects } from './authorisation-objects.js';
import { ALLOWED, LETTERS, OPEN } from './authorisation-routes.js';

// Each test calls every route of the API.
jest.setTimeout(120_000);

const NOBODY = '00000000-0000-4000-8000-000000000000';
const ROUTES = Object.keys(ALLOWED);
/** Of who calls: they would end the sessions that the other calls need. */
const ENDING = ['DELETE /api/v1/session', 'DELETE /api/v1/sessions'];

interface Problem {
  code: string;
  detail: string;
  errors?: { pointer: string; code: string }[];
}
type Headers = Readonly<Record<string, string>>;

let rig: ApiRig;
let address: string;
let ours: Objects;
let theirs: Objects;
let theirShop: string;
let theirOwner: Browser;
const members = new Map<Role, Browser>();

beforeAll(async () => {
  rig = await ApiRig.start('authorisation-matrix');
  await rig.app.listen(0, '127.0.0.1');
  address = await rig.app.getUrl();
  for (const role of ROLES) members.set(role, await aMember(rig, role));
  theirShop = randomUUID();
  await rig.owner.query(
    `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'Theirs', 'UTC', 'EUR', 'en')`,
    [theirShop],
  );
  theirs = await seedObjects(rig, theirShop);
  ours = await seedObjects(rig, rig.shopId);
  theirOwner = await aMember(rig, 'owner', theirShop);
}, 120_000);
afterAll(() => rig.stop());

function urlOf(route: string, id = NOBODY): string {
  const template = route.split(' ')[1] ?? '';
  const url = template.replace('{metric}', 'csat').replaceAll(/\{\w+\}/g, id);
  return route.endsWith('/explain') ? `${url}?journey=none` : url;
}

async function callRoute(route: string, headers: Headers, id = NOBODY, body: unknown = {}): Promise<Answer<Problem>> {
  const method = route.split(' ')[0] ?? '';
  const hasBody = method !== 'GET';
  const answer = await fetch(`${address}${urlOf(route, id)}`, {
    method,
    redirect: 'manual',
    headers: { ...headers, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
    ...(hasBody ? { body: JSON.stringify(body) } : {}),
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

const told = ({ status, body }: Answer<Problem>, name = NOBODY): unknown => [
  status,
  JSON.stringify({ ...body, instance: '' }).replaceAll(name, 'ID'),
];

describe('a session', () => {
  it.each(ROLES)('of a %s opens the routes of the role, and no other', async (role) => {
    const { headers } = members.get(role) as Browser;
    const wrong: unknown[] = [];
    for (const route of ROUTES.filter((known) => !ENDING.includes(known))) {
      const { status, body } = await callRoute(route, headers);
      const isOpen = ALLOWED[route]?.includes(LETTERS[role]) === true;
      const isRefused = status === 403 && body.code === 'forbidden' && !body.detail.startsWith('The present password');
      if (isRefused === isOpen || status === 401 || status >= 500) wrong.push([route, status, body.code]);
    }
    expect(wrong).toEqual([]);
  });

  it("sees another shop's objects as if they were not there, by every route", async () => {
    const { headers } = members.get('owner') as Browser;
    const kinds = /\/(customers|orders|cases|journeys|runs|messages|dead-letters|events|sources|keys)\/\{/;
    const wrong: unknown[] = [];
    for (const route of ROUTES) {
      const kind = route.includes('/presets/') ? undefined : kinds.exec(route)?.[1]?.replace(/s$/, '');
      if (kind === undefined) continue;
      const id = theirs[kind as keyof Objects];
      const nothing = kind === 'journey' ? 'their-00000000' : NOBODY;
      const there = await callRoute(route, headers, id);
      const notThere = await callRoute(route, headers, nothing);
      if (JSON.stringify(told(there, id)) !== JSON.stringify(told(notThere, nothing))) wrong.push([route, there.text]);
      if (![404, 422].includes(there.status)) wrong.push([route, there.status]);
    }
    for (const route of ROUTES.filter((known) => known.includes('/members/{'))) {
      const there = await callRoute(route, headers, theirOwner.member, { role: 'viewer' });
      const notThere = await callRoute(route, headers, NOBODY, { role: 'viewer' });
      if (JSON.stringify(told(there, theirOwner.member)) !== JSON.stringify(told(notThere))) wrong.push([route]);
    }
    expect(wrong).toEqual([]);
  });

  it('finds nothing of another shop by a filter, in a list or by a count', async () => {
    const { headers } = members.get('owner') as Browser;
    const lists = ROUTES.filter((route) => route.startsWith('GET ') && !route.includes('{'));
    const filters = ['customer', 'journey', 'run', 'order', 'source'] as const;
    const asked: string[] = [];
    for (const route of lists)
      for (const filter of filters) {
        const value = theirs[filter];
        const answer = await rig.get<{ items?: unknown[] }>(`${urlOf(route)}?${filter}=${value}`, {
          key: null,
          headers,
        });
        if (answer.status === 422) continue;
        asked.push(`${route}?${filter}`);
        expect([route, filter, answer.body.items ?? []]).toEqual([route, filter, []]);
        expect(answer.text.replaceAll(value, '')).not.toMatch(new RegExp(Object.values(theirs).join('|')));
      }
    expect(asked.length).toBeGreaterThan(5);
    const seen = await rig.get<{ items: unknown[] }>(`/api/v1/messages?customer=${theirs.customer}`, {
      key: null,
      headers: theirOwner.cookie,
    });
    expect(seen.body.items).toHaveLength(1);
  });
});

/** A token that works where it belongs. */
async function linkTo(purpose: 'survey' | 'unsubscribe'): Promise<string> {
  const secrets = rig.app.get(SecretPort);
  const token = secrets.linkToken(purpose, ours.message);
  await rig.owner.query(
    `insert into app.link_token (shop_id, token_hash, purpose, message_id, customer_id, expires_at)
     values ($1, $2, $3, $4, $5, now() + interval '1 day') on conflict do nothing`,
    [rig.shopId, secrets.sha256(token), purpose, ours.message, ours.customer],
  );
  return token;
}

describe('what opens something else opens no route of the API', () => {
  it('no session that is none, over, malformed or a disabled member’s; no key in a cookie; no token of another kind', async () => {
    const ended = await aMember(rig, 'owner');
    await rig.call('DELETE', '/api/v1/sessions', { key: null, headers: ended.headers });
    const disabled = await aMember(rig, 'owner');
    await rig.call('PATCH', `/api/v1/members/${disabled.member}`, { body: { state: 'disabled' } });
    const secret = 'the secret of a source';
    await rig.post('/api/v1/sources', { kind: 'shopify', name: 'Main', secret });
    const invited = await rig.post<{ token: string }>('/api/v1/members', {
      email: 'new@team.example',
      name: 'New',
      role: 'owner',
    });
    const slip = await rig.get<{ url: string }>('/api/v1/unboxing/link');
    const owner = members.get('owner') as Browser;
    const bearer = (text: string): Headers => ({ authorization: `Bearer ${text}` });
    const cookie = (text: string): Headers => ({ ...owner.headers, cookie: `${COOKIE}=${text}` });
    const principals: Readonly<Record<string, Headers>> = {
      nobody: {},
      'an empty cookie': cookie(''),
      'a malformed cookie': cookie('%00\u00e9'),
      'an unknown session': cookie('A'.repeat(43)),
      'a session that was ended': ended.headers,
      'the session of a disabled member': disabled.headers,
      'a session under the name without its prefix': { ...owner.headers, cookie: `afterglow-session=${owner.token}` },
      'a session as a bearer token': bearer(owner.token),
      'a key in the cookie': cookie(rig.key),
      'an invitation as a bearer token': bearer(invited.body.token),
      'an invitation in the cookie': cookie(invited.body.token),
      'a CSRF token as a bearer token': bearer(owner.headers['x-csrf-token']),
      'a CSRF token in the cookie': cookie(owner.headers['x-csrf-token']),
      'the secret of a source': bearer(secret),
      'the id of a source': bearer(ours.source),
      'a survey token': bearer(await linkTo('survey')),
      'an unsubscribe token': bearer(await linkTo('unsubscribe')),
      'a survey token in the cookie': cookie(await linkTo('survey')),
      'the code of a slip': bearer(slip.body.url.split('/q/')[1] ?? ''),
      'a wrong key beside a right session': { ...owner.headers, ...bearer(`ag_live_${'A'.repeat(43)}`) },
    };
    const wrong: unknown[] = [];
    for (const [who, headers] of Object.entries(principals)) {
      const answers = new Set<string>();
      for (const route of ROUTES) {
        const answer = await callRoute(route, headers);
        answers.add(JSON.stringify(told(answer)));
        if (answer.status !== 401 || answer.headers['www-authenticate'] === undefined)
          wrong.push([who, route, answer.status]);
      }
      // the same words for every route: nothing is told of what is behind
      if (answers.size !== 1) wrong.push([who, answers.size]);
    }
    expect(wrong).toEqual([]);
    expect((await rig.get('/api/v1/session', { key: null, headers: owner.cookie })).status).toBe(200);
  });

  it('nor the other way round: keys, sessions and tokens of one kind open no page or webhook of another', async () => {
    const owner = members.get('owner') as Browser;
    const [survey, unsubscribe] = [await linkTo('survey'), await linkTo('unsubscribe')];
    const { token: invitation } = (
      await rig.post<{ token: string }>('/api/v1/members', { email: 'x@team.example', name: 'X', role: 'viewer' })
    ).body;
    const form = { key: null, type: 'application/x-www-form-urlencoded' };
    const statusOf = async (url: string, body = 'score=5'): Promise<number> => (await rig.post(url, body, form)).status;
    for (const token of [rig.key, owner.token, invitation, unsubscribe, ours.message])
      expect([token, await statusOf(`/s/${encodeURIComponent(token)}`)]).toEqual([token, 404]);
    for (const token of [rig.key, owner.token, invitation, survey, ours.message])
      expect([token, await statusOf(`/u/${encodeURIComponent(token)}`, '')]).toEqual([token, 404]);
    for (const code of [rig.key, owner.token, survey])
      expect([code, await statusOf(`/q/${encodeURIComponent(code)}`)]).toEqual([code, 404]);
    for (const token of [rig.key, owner.token, survey, unsubscribe])
      expect([token, await statusOf(`/join/${encodeURIComponent(token)}`, 'password=seven green bottles')]).toEqual([
        token,
        410,
      ]);
    const { body: source } = await rig.post<{ id: string }>('/api/v1/sources', {
      kind: 'shopify',
      name: 'Hooks',
      secret: 'their secret of hooks',
    });
    for (const headers of [{ authorization: `Bearer ${rig.key}` }, owner.headers])
      expect((await rig.post(`/hooks/${source.id}`, {}, { key: null, headers })).status).toBe(401);
    // each works where it belongs
    expect((await rig.get(`/u/${unsubscribe}`, { key: null })).status).toBe(200);
  });

  it('nor a member of another shop', async () => {
    const { email } = await aMember(rig, 'owner', theirShop);
    const credentials = { email, password: 'seven green bottles' };
    expect((await rig.post('/api/v1/session', { ...credentials, shop: rig.shopId }, { key: null })).status).toBe(401);
    expect(await rig.post('/api/v1/session', credentials, { key: null })).toMatchObject({
      status: 200,
      body: { shop: theirShop },
    });
  });
});

describe('what nobody may write', () => {
  /** Bodies of several forms are refused as a whole; without the field these would be taken for one of them. */
  const ONE_OF_SEVERAL: Readonly<Record<string, object>> = {
    'POST /api/v1/clock/advance': { by: 'P1D' },
    'POST /api/v1/journeys/{key}/entries': { customer: { email: 'ada@customer.example' } },
  };
  /** Each event, and each line of a list, answers for itself; the ways in have a spec of their own. */
  const LISTS = ['POST /api/v1/events', 'POST /api/v1/snippets/import', 'POST /api/v1/suppressions/import'];
  const LEFT_OUT = new Set([...OPEN, ...LISTS]);
  const UNKNOWN = new Set(['unrecognized_keys', 'journey.invalid']);
  const PROTECTED = ['id', 'shopId', 'shop_id', 'createdAt', 'created_at', 'updatedAt', 'score', 'lastLoginAt'];

  it('is refused by its name, in every body of the API', async () => {
    const { body: document } = await rig.get<{
      paths: Record<string, Record<string, { requestBody?: { content: Record<string, unknown> } }>>;
    }>('/openapi.json', { key: null });
    const { headers } = members.get('owner') as Browser;
    const tried: string[] = [];
    const wrong: unknown[] = [];
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, { requestBody }] of Object.entries(methods)) {
        const route = `${method.toUpperCase()} ${path}`;
        if (requestBody?.content['application/json'] === undefined || LEFT_OUT.has(route)) continue;
        for (const field of PROTECTED) {
          const { status, body } = await callRoute(route, headers, NOBODY, { ...ONE_OF_SEVERAL[route], [field]: 'x' });
          tried.push(route);
          const isUnion = route in ONE_OF_SEVERAL && status === 422;
          if (!isUnion && (status !== 422 || !saysUnknown(body, field)))
            wrong.push([route, field, status, body.errors]);
        }
      }
    expect(wrong).toEqual([]);
    for (const [route, body] of Object.entries(ONE_OF_SEVERAL))
      expect((await callRoute(route, headers, 'none', body)).status).not.toBe(422);
    expect(new Set(tried).size).toBeGreaterThan(20);
  });

  const saysUnknown = ({ errors = [] }: Problem, field: string): boolean =>
    errors.some(({ pointer, code }) => pointer === `/${field}` && UNKNOWN.has(code));
});
