import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApiRig } from './api-rig.js';
import { faultsOf, rowCounts } from './bad-input-rig.js';

jest.setTimeout(60_000);

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
}

interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly paths: Readonly<
    Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>
  >;
}

const NOBODY = '00000000-0000-4000-8000-000000000000';
const AT = '2026-03-01T00:00:00Z';
/** A body that each route takes, as far as its fields go. */
const VALID: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'POST /api/v1/cases/{id}/close': { outcome: 'refunded' },
  'POST /api/v1/journeys/{key}/backtest': { from: AT, to: '2026-04-01T00:00:00Z' },
  'POST /api/v1/journeys/{key}/dry-run': { customer: NOBODY },
  'POST /api/v1/journeys/{key}/preview': { sample: 'known' },
  'POST /api/v1/journeys/{key}/publish': {},
  'POST /api/v1/journeys/{key}/publish/preview': {},
  'POST /api/v1/journeys/{key}/resume': { overdue: 'run', messages: 'send' },
  'POST /api/v1/keys': { name: 'Test', role: 'viewer' },
  'POST /api/v1/messages/{id}/settle': { outcome: 'sent', note: 'seen' },
  'POST /api/v1/ops/dead-letters/{id}/drop': { note: 'seen' },
  'POST /api/v1/ops/dead-letters/{id}/retry': { note: 'seen' },
  'POST /api/v1/ops/pause': { scope: 'all' },
  'POST /api/v1/presets/{key}/install': { publish: false },
  'POST /api/v1/customers/{id}/erase': { reason: 'asked' },
  'POST /api/v1/sources': { kind: 'shopify', name: 'Main', secret: 'a secret of theirs' },
  'POST /api/v1/sources/{id}/rotate-secret': { secret: 'another secret' },
  'PATCH /api/v1/shop': { name: 'Tea' },
};

const api = JSON.parse(readFileSync('apps/api/openapi.json', 'utf8')) as Document;

/** With what it refers to in place. */
function resolved(schema: Schema): Schema {
  if (schema.$ref !== undefined) return resolved(api.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.allOf === undefined) return schema;
  return Object.assign({}, ...schema.allOf.map(resolved), schema) as Schema;
}

const WRONG_TYPES: Readonly<Record<string, readonly unknown[]>> = {
  string: [7, true, [], {}, ['a'], -1.5],
  integer: ['5', 1.5, true, [], {}, 1e300],
  number: ['5', true, [], {}],
  boolean: ['true', 1, 0, [], {}],
  array: ['a', 1, {}, true],
  object: ['a', 1, [], true],
};

/** Values that the schema of a field leaves no doubt about. */
function wrongValues(schema: Schema): unknown[] {
  const { type, minLength, maxLength, minimum, maximum, minItems, format } = schema;
  const bounds: readonly (readonly [applies: boolean, value: unknown])[] = [
    [schema.nullable !== true && type !== undefined, null],
    [minLength !== undefined, ''],
    [maxLength !== undefined, 'x'.repeat((maxLength ?? 0) + 1)],
    [minimum !== undefined, (minimum ?? 0) - 1],
    [maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER, (maximum ?? 0) + 1],
    [minItems !== undefined, []],
    [schema.enum !== undefined, 'nonsense'],
    [format === 'date-time', 'tomorrow'],
    [format === 'date-time', '2026-02-30T00:00:00Z'],
    [format === 'uuid', '1'],
  ];
  return [...(WRONG_TYPES[type ?? ''] ?? []), ...bounds.filter(([applies]) => applies).map(([, value]) => value)];
}

interface Mutation {
  readonly name: string;
  readonly body: object;
  readonly pointer: string;
}

/** The valid body with one thing wrong. */
function mutationsOf(route: string): Mutation[] {
  const [method = '', path = ''] = route.split(' ');
  const content = api.paths[path]?.[method.toLowerCase()]?.requestBody?.content['application/json'];
  if (content === undefined) throw new Error(`${route} takes no JSON.`);
  const { properties = {}, required = [] } = resolved(content.schema);
  const valid = VALID[route] ?? {};
  const { [required[0] ?? '']: _first, ...rest } = valid;
  return [
    { name: 'a field that nobody knows', body: { ...valid, colour: 'red' }, pointer: '/colour' },
    ...(required.length === 0 ? [] : [{ name: `without ${required[0]}`, body: rest, pointer: `/${required[0]}` }]),
    ...Object.entries(properties).flatMap(([field, schema]) =>
      wrongValues(resolved(schema)).map((value) => {
        const shown = JSON.stringify(value);
        return {
          name: `${field} = ${shown.length > 40 ? `${shown.slice(0, 37)}...` : shown}`,
          body: { ...valid, [field]: value },
          pointer: `/${field}`,
        };
      }),
    ),
  ];
}

let rig: ApiRig;
let before: Record<string, string>;
beforeAll(async () => {
  rig = await ApiRig.start('bad_fields');
  before = await rowCounts(rig);
}, 120_000);
afterAll(() => rig?.stop());

describe('a valid body with one thing wrong', () => {
  const routes = Object.keys(VALID);

  it('comes in many forms', () => {
    expect(routes.flatMap(mutationsOf).length).toBeGreaterThan(300);
  });

  describe.each(routes)('%s', (route) => {
    const [method = '', path = ''] = route.split(' ');
    const url = path.replace('{key}', 'first-order-nps').replace('{id}', NOBODY);

    it.each(mutationsOf(route))('$name is refused by its place', async ({ name, body, pointer }) => {
      const headers = { 'content-type': 'application/json' };
      const bad = { name, method: method as 'POST', url, headers, body: JSON.stringify(body), expected: [422] };
      expect(await faultsOf(rig, bad)).toEqual([]);
      const { body: problem } = await rig.call<{ errors?: { pointer: string }[] }>(method, url, { body });
      expect(
        problem.errors?.some((fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`)),
      ).toBe(true);
    });
  });

  it('leaves nothing behind', async () => {
    expect(await rowCounts(rig)).toEqual(before);
  });
});
