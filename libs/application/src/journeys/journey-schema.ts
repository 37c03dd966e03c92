import { journeyDocument } from '#app/contracts';
import type { StepKind, StepKinds } from '#app/domain';
import { z } from 'zod';

type JsonSchema = { readonly [key: string]: unknown };

const PLACEHOLDER: JsonSchema = {
  type: 'string',
  pattern: '^\\{\\{\\s*settings\\.[\\w.-]+\\s*\\}\\}$',
  description: 'A setting of this journey.',
};

/** JSON Schema (draft 2020-12) of journey documents with the settings of every step kind, for editors and forms. */
export function journeySchema(kinds: StepKinds): JsonSchema {
  const envelope = z.toJSONSchema(journeyDocument, { io: 'input' }) as {
    readonly [key: string]: unknown;
    properties: Record<string, JsonSchema>;
  };
  const { steps, ...properties } = envelope.properties;
  const item = { $ref: '#/$defs/step' };
  return {
    ...envelope,
    $id: 'https://afterglow.dev/journey.schema.json',
    title: 'Afterglow journey',
    properties: { ...properties, steps: { ...steps, items: item } },
    $defs: { step: { oneOf: kinds.list().map((kind) => stepSchema(kind, (steps as { items: JsonSchema }).items)) } },
  };
}

function stepSchema(kind: StepKind, step: JsonSchema): JsonSchema {
  const { $schema: _$schema, ...settings } = z.toJSONSchema(kind.settings, { io: 'input', unrepresentable: 'any' });
  const properties = step['properties'] as Record<string, JsonSchema>;
  const isOptional = kind.settings.safeParse({}).success;
  return {
    ...step,
    title: kind.title,
    properties: { ...properties, kind: { const: kind.code }, settings: withPlaceholders(settings) },
    required: isOptional ? ['id', 'kind'] : ['id', 'kind', 'settings'],
  };
}

/** Lets every setting be given as `{{settings.x}}` instead. */
function withPlaceholders(schema: JsonSchema): JsonSchema {
  const entries = Object.entries(schema).map(([name, part]): [string, unknown] => {
    if (name === 'properties') return [name, mapValues(part as Record<string, JsonSchema>, orPlaceholder)];
    if (name === 'anyOf' || name === 'oneOf') return [name, (part as JsonSchema[]).map(withPlaceholders)];
    return [name, part];
  });
  return Object.fromEntries(entries);
}

function orPlaceholder(schema: JsonSchema): JsonSchema {
  const isFreeText = schema['type'] === 'string' && schema['enum'] === undefined && schema['pattern'] === undefined;
  if (isFreeText) return schema;
  const { description, default: usual, ...rest } = withPlaceholders(schema);
  return {
    ...(description === undefined ? {} : { description }),
    ...(usual === undefined ? {} : { default: usual }),
    anyOf: [rest, PLACEHOLDER],
  };
}

function mapValues<T, U>(values: Record<string, T>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
