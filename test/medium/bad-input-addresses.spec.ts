import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApiRig } from './api-rig.js';
import { type BadCase, faultsOf, rowCounts } from './bad-input-rig.js';
import { NASTY_TEXTS } from './nasty-texts.js';

jest.setTimeout(60_000);

interface Operation {
  readonly method: BadCase['method'];
  readonly path: string;
  readonly query: readonly string[];
  readonly hasBody: boolean;
}

const NOBODY = '00000000-0000-4000-8000-000000000000';
const TAKEN = [200, 202, 404, 409];
const REFUSED = [400, 404, 405, 409, 414, 422];
const ACTIVE = /[<>"{]/;
const PUBLIC = ['/s/', '/u/'];

let rig: ApiRig;
let operations: Operation[];
let before: Record<string, string>;
beforeAll(async () => {
  rig = await ApiRig.start('bad_addresses');
  operations = await readOperations();
  before = await rowCounts(rig);
}, 120_000);
afterAll(() => rig?.stop());

async function readOperations(): Promise<Operation[]> {
  const { body } = await rig.get<{
    paths: Record<string, Record<string, { parameters?: { in: string; name: string }[]; requestBody?: object }>>;
  }>('/openapi.json');
  return Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase() as BadCase['method'],
      path,
      query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
      hasBody: requestBody !== undefined,
    })),
  );
}

const filled = (path: string, id = NOBODY): string => path.replace('{metric}', 'csat').replaceAll(/\{\w+\}/g, id);

async function faultsAmong(cases: readonly BadCase[]): Promise<string[]> {
  const faults: string[] = [];
  for (const bad of cases) {
    for (const fault of await faultsOf(rig, bad)) faults.push(`${bad.method} ${bad.url}: ${fault}`);
  }
  return faults;
}

describe('parameters', () => {
  it.each(NASTY_TEXTS)('%j in any of them is taken as a text or refused', async (text) => {
    const cases = operations
      .filter(({ method }) => method === 'GET')
      .flatMap(({ path, query }) =>
        query.map((name): BadCase => {
          const isNumber = name === 'limit' && !['1e9', '0'].includes(text);
          return {
            name,
            method: 'GET',
            url: `${filled(path)}?${name}=${encodeURIComponent(text)}`,
            expected: isNumber || name === 'cursor' ? [400, 404, 422] : [...TAKEN, ...REFUSED],
          };
        }),
      );
    expect(cases.length).toBeGreaterThan(40);
    expect(await faultsAmong(cases)).toEqual([]);
  });

  it.each(['0', '-1', '101', '1000000000', '1.5', '1e2', ' 1', 'ten', '', '0x10', '９'])(
    'a limit of %j',
    async (limit) => {
      const cases = operations
        .filter(({ query }) => query.includes('limit'))
        .map(({ path }): BadCase => {
          const url = `${filled(path)}?limit=${encodeURIComponent(limit)}`;
          return { name: path, method: 'GET', url, expected: [422] };
        });
      expect(await faultsAmong(cases)).toEqual([]);
    },
  );

  it('given twice, or known to nobody, are refused', async () => {
    const cases = operations
      .filter(({ method }) => method === 'GET')
      .flatMap(({ path, query }): BadCase[] => [
        { name: 'unknown', method: 'GET', url: `${filled(path)}?colour=red`, expected: [422] },
        ...query.map((name): BadCase => ({
          name,
          method: 'GET',
          url: `${filled(path)}?${name}=1&${name}=2`,
          expected: [422],
        })),
      ])
      .filter(({ url }) => !url.startsWith('/api/v1/journey.schema.json'));
    expect(await faultsAmong(cases)).toEqual([]);
  });

  it('a cursor of another list or of another shop gives no row', async () => {
    const cursor = Buffer.from(NOBODY.replaceAll('-', ''), 'hex').toString('base64url');
    for (const { path } of operations.filter(({ query }) => query.includes('cursor'))) {
      const { status, body } = await rig.get<{ items?: unknown[] }>(`${filled(path)}?cursor=${cursor}`);
      expect([path, [200, 404, 422].includes(status)]).toEqual([path, true]);
      expect([path, path.includes('presets') ? [] : (body.items ?? [])]).toEqual([path, []]);
    }
  });
});

describe('addresses', () => {
  const escaped = NASTY_TEXTS.filter((text) => text !== '' && !text.includes('..')).map(encodeURIComponent);
  const raw = ['%', '%zz', '%c0%af', '%ff', '%u0041', '%2e%2e', '%2F', '%5c', ';a=1', 'a%00', '%ed%a0%80'];

  it.each([...escaped, ...raw])('%s as an id or a key is no object and no fault of ours', async (text) => {
    const cases = operations
      .filter(({ path }) => path.includes('{'))
      .map(({ method, path, hasBody }): BadCase => ({
        name: path,
        method,
        url: path.replaceAll(/\{\w+\}/g, text),
        ...(hasBody ? { headers: { 'content-type': 'application/json' }, body: '{}' } : {}),
        expected: REFUSED,
      }));
    expect(await faultsAmong(cases)).toEqual([]);
  });

  it.each([...escaped, ...raw, 'a'.repeat(10_000)])('%s is no token of a public page', async (text) => {
    for (const prefix of PUBLIC) {
      for (const method of ['GET', 'POST', 'HEAD'] as const) {
        const answer = await rig.app.inject({ method, url: `${prefix}${text}` });
        expect([method, prefix, answer.statusCode >= 400 && answer.statusCode < 500]).toEqual([method, prefix, true]);
        // what could act in a page is not given back
        expect(ACTIVE.test(decodeSafely(text)) && answer.body.includes(decodeSafely(text))).toBe(false);
      }
    }
  });

  it.each(['TRACE', 'CONNECT', 'PROPFIND', 'PURGE', 'LINK', 'SEARCH', 'PUT', 'DELETE'])(
    '%s of what takes others',
    async (method) => {
      const answer = await rig.app.inject({
        method: method as 'GET',
        url: '/api/v1/shop',
        headers: { authorization: `Bearer ${rig.key}` },
      });
      expect([404, 405]).toContain(answer.statusCode);
    },
  );
});

describe('afterwards', () => {
  it('nothing was stored and the process answers', async () => {
    expect(await rowCounts(rig)).toEqual(before);
    expect((await rig.get('/api/v1/shop')).status).toBe(200);
  });
});

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
