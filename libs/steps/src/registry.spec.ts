import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { stepKinds } from './registry.js';

describe('stepKinds', () => {
  it('lists exactly the step kinds that have a folder', () => {
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .filter((name) => existsSync(path.join(import.meta.dirname, name, `${name}.step.ts`)));
    expect(
      stepKinds
        .list()
        .map(({ code }) => code)
        .toSorted(),
    ).toEqual(folders.toSorted());
  });

  it.each(stepKinds.list().map((kind) => [kind.code, kind] as const))(
    'finds %s by its code and turns its settings into JSON Schema',
    (code, kind) => {
      expect(stepKinds.find(code)).toBe(kind);
      expect(z.toJSONSchema(kind.settings, { io: 'input' })).toMatchObject({
        $schema: expect.stringContaining('2020-12'),
      });
    },
  );

  it('knows no other code', () => {
    expect(stepKinds.find('teleport')).toBeUndefined();
  });
});
