import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApiRig } from './api-rig.js';
import { BAD_BODIES, BAD_HEADERS, BAD_LISTS } from './bad-bodies.js';
import { type BadCase, faultsOf, rowCounts } from './bad-input-rig.js';

jest.setTimeout(60_000);

const REFUSED = [400, 413, 415, 422];
const JSON_TYPE = { 'content-type': 'application/json' };
const EVENTS = '/api/v1/events';
const ROUTES = [
  ['POST', EVENTS],
  ['POST', '/api/v1/keys'],
  ['POST', '/api/v1/sources'],
  ['POST', '/api/v1/journeys'],
  ['POST', '/api/v1/journeys/check'],
  ['PATCH', '/api/v1/shop'],
] as const;

let rig: ApiRig;
let before: Record<string, string>;
beforeAll(async () => {
  rig = await ApiRig.start('bad_bodies');
  before = await rowCounts(rig);
}, 120_000);
afterAll(() => rig?.stop());

const bodyCases = (method: 'POST' | 'PATCH', url: string): BadCase[] =>
  [...BAD_BODIES, ...(url === EVENTS ? [] : BAD_LISTS)].map(({ name, body }) => ({
    name,
    method,
    url,
    headers: JSON_TYPE,
    body,
    expected: REFUSED,
  }));

const headerCases = (method: 'POST' | 'PATCH', url: string): BadCase[] =>
  BAD_HEADERS.map((headers) => ({
    name: JSON.stringify(headers).slice(0, 80),
    method,
    url,
    headers,
    body: '{"name":"x"}',
    expected: [415],
  }));

describe('bodies that nobody should send', () => {
  it('are many', () => expect(ROUTES.length * (BAD_BODIES.length + BAD_HEADERS.length)).toBeGreaterThan(1_000));

  describe.each(ROUTES)('%s %s', (method, url) => {
    it.each(bodyCases(method, url))('$name is refused', async (bad) => {
      expect(await faultsOf(rig, bad)).toEqual([]);
    });

    it.each(headerCases(method, url))('$name is refused', async (bad) => {
      expect(await faultsOf(rig, bad)).toEqual([]);
    });
  });

  it('leave no row behind, no trace in what all objects share, and a process that answers', async () => {
    expect(await rowCounts(rig)).toEqual(before);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
    expect((await rig.get('/api/v1/shop')).status).toBe(200);
  });
});
