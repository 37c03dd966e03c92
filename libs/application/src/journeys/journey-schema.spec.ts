import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stepKinds } from '#app/steps';
import { journeySchema } from './journey-schema.js';

const FILE = path.resolve(import.meta.dirname, '../../../../docs/journey.schema.json');

describe('journeySchema', () => {
  const schema = journeySchema(stepKinds) as {
    $defs: { step: { oneOf: { properties: { kind: { const: string }; settings: object } }[] } };
  };

  it('has one alternative for each kind of step', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: { steps: { items: { $ref: '#/$defs/step' } } },
    });
    expect(schema.$defs.step.oneOf.map(({ properties }) => properties.kind.const)).toEqual(
      stepKinds.list().map(({ code }) => code),
    );
  });

  it('lets settings be placeholders', () => {
    const wait = schema.$defs.step.oneOf[0]?.properties.settings;
    expect(JSON.stringify(wait)).toContain('settings\\\\.');
  });

  it('is docs/journey.schema.json; RECORD=1 writes it anew', () => {
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (process.env['RECORD'] === '1') writeFileSync(FILE, text);
    expect(readFileSync(FILE, 'utf8')).toBe(text);
  });
});
