import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { bodiesOf, mutated, type Schema, type Schemas } from '../support/generated-bodies.js';
import { ApiRig } from './api-rig.js';
import { type BadCase, faultsOf } from './bad-input-rig.js';

jest.setTimeout(300_000);
const RUNS = Number(process.env['AFTERGLOW_RUNS'] ?? 300);
const JOURNEY = 'order-thank-you';
const NOBODY = '00000000-0000-4000-8000-000000000000';
/** Refused before any code that is about the route itself. */
const AT_THE_DOOR = new Set(['validation', 'malformed', 'unsupported_media_type', 'too_large', 'event.invalid']);
/** Answers that are fitting, whatever is sent: never one of our own faults. 503: a journey that took too long to check. */
const FITTING = [200, 201, 202, 204, 400, 401, 403, 404, 409, 410, 413, 422, 429, 503];
/** They end the test's own access, or hash passwords for a second each. */
const LEFT_OUT = /\/(?:session|invitation|clock)\b|backtest/;

interface Route {
  readonly method: BadCase['method'];
  readonly path: string;
  readonly schema: Schema;
}

let rig: ApiRig;
let routes: Route[];
let schemas: Schemas;
let ids: Readonly<Record<string, string>>;
beforeAll(async () => {
  rig = await ApiRig.start('bad_generated');
  await rig.post(`/api/v1/presets/${JOURNEY}/install`, { publish: true });
  const source = await rig.post<{ id: string }>('/api/v1/sources', {
    kind: 'shopify',
    name: 'S',
    secret: 'a secret of theirs',
  });
  ids = { sources: source.body.id };
  const { body } = await rig.get<{
    paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>;
    components: { schemas: Schemas };
  }>('/openapi.json');
  schemas = body.components.schemas;
  routes = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      const schema = requestBody?.content['application/json']?.schema;
      return schema === undefined || LEFT_OUT.test(path)
        ? []
        : [{ method: method.toUpperCase() as Route['method'], path, schema }];
    }),
  );
}, 120_000);
afterAll(() => rig?.stop());

const urlOf = (path: string): string => {
  const [, resource = ''] = /^\/api\/v1\/([\w-]+)/.exec(path) ?? [];
  return path.replace('{key}', JOURNEY).replaceAll(/\{\w+\}/g, ids[resource] ?? NOBODY);
};

describe('bodies made from the OpenAPI document, most of them with one thing wrong', () => {
  it('are answered fittingly by every route, and reach far enough to say something', async () => {
    const counts = { all: 0, handled: 0, accepted: 0 };
    const seen = new Set<string>();
    expect(routes.length).toBeGreaterThan(15);
    const anyCall = fc.constantFrom(...routes).chain((route) =>
      bodiesOf(route.schema, schemas)
        .chain((body) => fc.oneof(fc.constant(body), mutated(body)))
        .map((body) => ({ route, body })),
    );
    await fc.assert(
      fc.asyncProperty(anyCall, async ({ route: { method, path }, body }) => {
        const headers = { 'content-type': 'application/json' };
        const text = JSON.stringify(body);
        const bad: BadCase = { name: path, method, url: urlOf(path), headers, body: text, expected: FITTING };
        const answer = await rig.app.inject({
          method,
          url: bad.url,
          headers: { ...headers, authorization: `Bearer ${rig.key}` },
          payload: text,
        });
        const code = answer.statusCode < 400 ? '' : String(answer.json<Record<string, unknown>>()['code']);
        counts.all += 1;
        if (!AT_THE_DOOR.has(code)) counts.handled += 1;
        if (answer.statusCode < 300) counts.accepted += 1;
        seen.add(`${method} ${path}`);
        expect([path, text.slice(0, 500), await faultsOf(rig, bad)]).toEqual([path, text.slice(0, 500), []]);
      }),
      { numRuns: RUNS },
    );
    expect(seen.size).toBeGreaterThan(routes.length / 2);
    process.stdout.write(`generated bodies: ${JSON.stringify(counts)}, ${seen.size} of ${routes.length} routes\n`);
    expect(counts.handled / counts.all).toBeGreaterThan(0.25);
    expect(counts.accepted / counts.all).toBeGreaterThan(0.1);
  });

  it('have left the process as it was', async () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect((await rig.get('/api/v1/shop')).status).toBe(200);
  });
});
