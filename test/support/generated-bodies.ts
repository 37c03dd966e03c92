import fc from 'fast-check';

/** What of a JSON Schema the OpenAPI document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export type Schemas = Readonly<Record<string, Schema>>;

const MAX_ITEMS = 3;
const MAX_CHARS = 40;
/** Deeper than any of our bodies; what refers to itself ends here. */
const MAX_DEPTH = 8;

const FORMATS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'date-time': fc
    .date({ min: new Date('2025-01-01'), max: new Date('2026-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  date: fc
    .date({ min: new Date('2025-01-01'), max: new Date('2026-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  email: fc.integer({ min: 0, max: 99 }).map((n) => `person${n}@mail.example`),
  uuid: fc.uuid(),
  uri: fc.constant('https://shop.example/x'),
};

/** Bodies that a schema allows. */
export function bodiesOf(schema: Schema, schemas: Schemas, depth = 0): fc.Arbitrary<unknown> {
  const { $ref, allOf, anyOf, oneOf, nullable } = schema;
  if (depth > MAX_DEPTH) return fc.constant(null);
  if ($ref !== undefined) return bodiesOf(schemas[$ref.split('/').at(-1) ?? ''] ?? {}, schemas, depth + 1);
  if (allOf !== undefined)
    return bodiesOf(Object.assign({}, ...allOf.map((part) => resolved(part, schemas))) as Schema, schemas, depth);
  const choices = oneOf ?? anyOf;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => bodiesOf(choice, schemas, depth + 1)));
  const own =
    'const' in schema
      ? fc.constant(schema.const)
      : schema.enum
        ? fc.constantFrom(...schema.enum)
        : typed(schema, schemas, depth);
  return nullable ? fc.oneof({ weight: 4, arbitrary: own }, fc.constant(null)) : own;
}

function resolved(schema: Schema, schemas: Schemas): Schema {
  return schema.$ref === undefined ? schema : (schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
}

function typed(schema: Schema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> {
  const { minimum = 0, maximum = minimum + 1_000 } = schema;
  switch (schema.type) {
    case 'string':
      return textsOf(schema);
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -1_000_000), max: Math.min(maximum, 1_000_000) });
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(bodiesOf(schema.items ?? {}, schemas, depth + 1), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? MAX_ITEMS, MAX_ITEMS)),
      });
    case 'object':
      return objectsOf(schema, schemas, depth);
    default:
      return fc.constantFrom<unknown>('x', 1, true, null);
  }
}

function textsOf({ format, pattern, minLength = 0, maxLength = MAX_CHARS }: Schema): fc.Arbitrary<unknown> {
  const known = FORMATS[format ?? ''];
  if (known !== undefined) return known;
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u'), { size: '-1' });
  return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + MAX_CHARS), unit: 'grapheme' });
}

function objectsOf({ properties = {}, required = [] }: Schema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [name, bodiesOf(field, schemas, depth + 1)]),
  );
  return fc.record(fields, { requiredKeys: required.filter((name) => name in fields), noNullPrototype: true });
}

const WRONG: readonly unknown[] = [
  null,
  '',
  0,
  -1,
  1.5,
  1e308,
  true,
  [],
  {},
  'x'.repeat(3_000),
  '\u202e',
  ['x'],
  { a: 1 },
  '__proto__',
  '2026-02-30',
  '-1',
  '<b>',
  "'",
];

/** A body with one thing about it changed: a field dropped, added, doubled into a list, or of another value. */
export function mutated(body: unknown): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.nat(), fc.constantFrom('drop', 'set', 'add', 'wrap'), fc.constantFrom(...WRONG))
    .map(([at, how, value]) => {
      const copy = structuredClone(body);
      const places = placesIn(copy);
      const place = places[at % Math.max(1, places.length)];
      if (place === undefined) return value;
      const { holder, name } = place;
      if (how === 'drop') delete holder[name];
      else if (how === 'set') holder[name] = value;
      else if (how === 'wrap') holder[name] = [holder[name]];
      else holder[`x-${at % 10}`] = value;
      return copy;
    });
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly name: string;
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...placesIn(holder[name])]);
}
